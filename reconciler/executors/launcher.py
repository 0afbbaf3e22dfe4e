"""A program of its own: starts one command, and ends with everything it started when its runner is gone.

Run as ``python -I -S launcher.py TETHER ANSWER``, at the head of a session. ``TETHER`` is the reading end of a pipe
whose other end only the runner has: it says what to start, and its end is the runner's end, kill -9 included. What
stands against starting is written to ``ANSWER``. The exit code is the command's, 128 and the number for a signal.

The kernel's own ways (a signal at the parent's death) exist on one system only, and would have to be asked for between
fork and exec, where a process with threads must not run Python. Imports what the interpreter has built in, and no more.
"""

from __future__ import annotations

import _thread
import marshal
import os
import signal
import sys

#: Signals that end a session by asking; the command decides what they mean, and this program waits for it.
_ASKING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)

#: Bytes of the number that says how long the message on the tether is.
LENGTH = 8


def main(tether: int, answer: int) -> None:
    """Start the command, and wait for its end or for the runner's."""
    for descriptor in (tether, answer):
        os.set_inheritable(descriptor, False)
    length = int.from_bytes(_exactly(tether, LENGTH), "big")
    command, variables = marshal.loads(_exactly(tether, length))  # noqa: S302  from our own runner alone
    # Handlers, unlike ignoring, are not passed on.
    for number in _ASKING:
        signal.signal(number, lambda *_: None)
    os.environ["PATH"] = variables.get("PATH", os.defpath)
    try:
        pid = os.posix_spawnp(command[0], command, variables, setsigdef=(signal.SIGPIPE, signal.SIGXFSZ))
    except (OSError, ValueError) as error:
        os.write(answer, (getattr(error, "strerror", None) or str(error)).encode())
        os._exit(127)
    os.close(answer)
    _let_go_of_output()
    _thread.start_new_thread(_end_with, (tether,))
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    os._exit(128 - code if code < 0 else code)


def _exactly(descriptor: int, length: int) -> bytes:
    received = b""
    while len(received) < length:
        chunk = os.read(descriptor, length - len(received))
        if not chunk:
            os._exit(127)
        received += chunk
    return received


def _let_go_of_output() -> None:
    """Leave the output to the command: its end is to be seen when the command closes it."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)


def _end_with(tether: int) -> None:
    os.read(tether, 1)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
