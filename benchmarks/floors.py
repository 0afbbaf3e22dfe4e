"""What everything is measured against: the least work that reads, or sends, the same documents.

python -m benchmarks.floors yaml DIR        the yardstick P: CSafeLoader over every file of a project
python -m benchmarks.floors send DIR URL    every update of a plan through the same client, no scheduling
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def read_with_yaml(folder: Path) -> int:
    """Parse every manifest below a folder and return how many there were."""
    import yaml

    count = 0
    for path in sorted(folder.rglob("*.yaml")):
        with path.open("rb") as file:
            yaml.load(file, Loader=yaml.CSafeLoader)
        count += 1
    return count


def send_bare(folder: Path, url: str, *, threads: int) -> float:
    """Send a plan's requests in a bare loop over the same client; return the seconds it took."""
    from reconciler import Flags, Project
    from reconciler.apply.dispatch import send
    from reconciler.opening import open_platform

    project = Project.open(Flags(files=(str(folder),), platform="roboto", endpoint=url, parallelism=threads))
    changes = project.plan().changes
    platform = open_platform(project.settings)
    platform.identity()
    started = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        for kind in ("Action", "Trigger"):
            wave = [request for change in changes if change.address.kind == kind for request in change.requests]
            list(pool.map(lambda request: send(request, platform), wave))
    elapsed = time.perf_counter() - started
    platform.close()
    return elapsed


def main() -> None:
    """Run one floor."""
    match sys.argv[1:]:
        case ["yaml", folder]:
            print(read_with_yaml(Path(folder)))
        case ["send", folder, url]:
            print(send_bare(Path(folder), url, threads=16))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
