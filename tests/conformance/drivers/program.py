"""Runs commands of the official program, one for each line of JSON on standard input.

Loading the program takes a second, a command milliseconds: it is loaded once, and each command runs in a fork.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path


def run(entry: Callable[[], object], arguments: list[str]) -> dict[str, object]:
    """Run one command, and return its exit code and what it wrote."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("stdout", "stderr")]
        child = os.fork()
        if child == 0:
            os._exit(_run_here(entry, arguments, files))
        _, status = os.waitpid(child, 0)
        stdout, stderr = (file.read_text() for file in files)
        return {"code": os.waitstatus_to_exitcode(status), "stdout": stdout, "stderr": stderr}


def _run_here(entry: Callable[[], object], arguments: list[str], files: list[Path]) -> int:
    """Be the program: what a console script does, and what Python does when that ends."""
    for number, file in enumerate(files, start=1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.argv = ["roboto", *arguments]
    try:
        code = entry()
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001  as Python itself
        traceback.print_exc()
        code = 1
    if isinstance(code, str):
        sys.stderr.write(code)
    sys.stdout.flush()
    sys.stderr.flush()
    return code if isinstance(code, int) else int(code is not None)


if __name__ == "__main__":
    (script,) = entry_points(group="console_scripts", name="roboto")
    program = script.load()
    for line in sys.stdin:
        print(json.dumps(run(program, json.loads(line))), flush=True)  # noqa: T201  its answer
