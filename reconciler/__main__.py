"""Where the process begins: ``python -m reconciler`` and the command ``reconciler``.

Nothing heavy is imported before Ctrl-C is quiet: loading the command line takes long enough to be interrupted.
"""

from __future__ import annotations

import signal
import sys

from reconciler import interrupts


def main() -> None:
    """Run the command line; whoever interrupts it while it loads is not shown a traceback either."""
    is_usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_usual:
        signal.signal(signal.SIGINT, interrupts.leave)
    from reconciler.cli.main import main as run

    if is_usual:
        signal.signal(signal.SIGINT, interrupts.Insisting())
        sys.unraisablehook = interrupts.say_nothing_of_interrupts
    run()


if __name__ == "__main__":
    main()
