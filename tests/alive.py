"""Whether a process still runs."""

from __future__ import annotations

from pathlib import Path


def is_alive(pid: int) -> bool:
    """True while there is such a process, zombies not counted.

    A process that ends between the opening and the reading of its status is not found either, and that says so in
    another way than a file that is not there.
    """
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
