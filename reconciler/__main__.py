"""Where the process begins: ``python -m reconciler`` and the command ``reconciler``.

Nothing heavy is imported before Ctrl-C is quiet: loading the command line takes long enough to be interrupted.
"""

from __future__ import annotations

import os
import signal
from types import FrameType


def main() -> None:
    """Run the command line; whoever interrupts it while it loads is not shown a traceback either."""
    usual = signal.default_int_handler
    is_usual = signal.getsignal(signal.SIGINT) is usual
    if is_usual:
        signal.signal(signal.SIGINT, _leave)
    from reconciler.cli.main import main as run

    if is_usual:
        signal.signal(signal.SIGINT, usual)
    run()


def _leave(_number: int, _frame: FrameType | None) -> None:
    """End at once: nothing has begun that needs an end, and an exception in half a module would print all of it."""
    os.write(2, b"interrupted\n")
    os._exit(130)


if __name__ == "__main__":
    main()
