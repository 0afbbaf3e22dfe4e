"""Several processes on one file, and one that is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from reconciler.domain.queries import QuerySpecification
from reconciler.embedded.platform import EmbeddedPlatform
from tests.contract.builders import new_action

OPEN = """
import sys
from reconciler.domain.changesets import MetadataChangeset
from reconciler.domain.requests import CreateActionRequest, UpdateActionRequest
from reconciler.embedded.platform import EmbeddedPlatform
platform = EmbeddedPlatform.open(sys.argv[1])
"""

UPDATE_SHARED = """
me = sys.argv[2]
for number in range(40):
    changeset = MetadataChangeset(put_fields={f"{me}_{number}": number})
    platform.update_action("ros_ingest", UpdateActionRequest(metadata_changeset=changeset))
    platform.create_action(CreateActionRequest(name=f"{me}_{number}"))
"""

CREATE_FOREVER = """
number = 0
while True:
    platform.create_action(CreateActionRequest(name=f"a{number}"))
    sys.stdout.write(f"a{number}\\n")
    sys.stdout.flush()
    number += 1
"""


def started(program: str, path: Path, *arguments: str) -> subprocess.Popen[str]:
    """Run a program on the database in a process of its own."""
    command = [sys.executable, "-c", OPEN + program, str(path), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=path.parent
    )


def test_processes_that_open_a_new_file_at_once_share_it(path: Path) -> None:
    """Making the schema is done once, and nobody sees a locked database."""
    ended = [process.communicate() for process in [started("platform.close()", path) for _ in range(4)]]

    assert [errors for _, errors in ended] == [""] * 4


def test_updates_of_several_processes_are_all_kept(platform: EmbeddedPlatform, path: Path) -> None:
    """No update is lost, and nobody sees a locked database."""
    platform.create_action(new_action())

    writers = [started(UPDATE_SHARED, path, f"w{number}") for number in range(3)]
    ended = [process.communicate() for process in writers]

    assert [errors for _, errors in ended] == [""] * 3
    expected = {f"w{writer}_{number}": number for writer in range(3) for number in range(40)}
    assert platform.get_action("ros_ingest").metadata == expected
    names = {record.name for record in platform.query_actions(QuerySpecification(limit=1000)).items}
    assert names == {"ros_ingest", *expected}


def test_a_killed_process_loses_nothing_it_was_told_of(path: Path) -> None:
    """What create has answered is there after kill -9, and the database is sound."""
    process = started(CREATE_FOREVER, path)
    assert process.stdout is not None
    acknowledged = [process.stdout.readline().strip() for _ in range(50)]
    process.send_signal(signal.SIGKILL)
    # Not communicate(), which would pass over the lines that readline() has taken in already.
    acknowledged += process.stdout.read().split()
    process.wait()
    process.stdout.close()
    if process.stderr is not None:
        process.stderr.close()

    platform = EmbeddedPlatform.open(path)

    token, found = None, set()
    while True:
        page = platform.query_actions(QuerySpecification(limit=1000, after=token))
        found |= {record.name for record in page.items}
        token = page.next_token
        if token is None:
            break
    assert found >= set(acknowledged)
    assert len(found) - len(set(acknowledged)) <= 1
    platform.close()
