"""Real containers of a real podman, from an image made here: no network, no registry. Skipped where that is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from reconciler.domain.values import ComputeRequirements
from reconciler.errors import RunFailed
from reconciler.executors.container import ContainerExecutor, container_name
from reconciler.executors.engine import Engine
from reconciler.executors.port import Job
from tests.executors.builders import ended, job, read_all

IMAGE: Final = "localhost/reconciler-test:busybox"
APPLETS: Final = ("sh", "cat", "echo", "env", "head", "id", "sleep", "tail", "touch", "wc")

#: What containers need where no machine is ours: old control groups, and limits that may not be raised.
QUIRKS: Final = (
    *("--runtime", "runc", "--cgroup-manager", "cgroupfs"),
    *("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000"),
)


def busybox() -> str:
    """The path of a static busybox, of which an image can be made."""
    found = {name: shutil.which(name) for name in ("podman", "busybox")}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        pytest.skip(
            f"no {' and no '.join(missing)} here: real containers run where podman and a static busybox are installed "
            "(apt-get install podman busybox-static)"
        )
    return str(found["busybox"])


@pytest.fixture(scope="module")
def arguments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, ...]]:
    """The options that make containers run on this machine; the image is there."""
    archive = tmp_path_factory.mktemp("image") / "root.tar"
    with tarfile.open(archive, "w") as tar:
        tar.add(os.path.realpath(busybox()), "bin/busybox")
        for name in APPLETS:
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
    imported = subprocess.run(["podman", "import", str(archive), IMAGE], capture_output=True, text=True, check=False)
    if imported.returncode:
        pytest.skip(f"podman cannot make an image here: {imported.stderr.strip()}")
    yield _working_arguments()
    subprocess.run(["podman", "rmi", "--force", IMAGE], capture_output=True, check=False)


def _working_arguments() -> tuple[str, ...]:
    said = ""
    for arguments in ((), QUIRKS):
        command = ["podman", "run", "--rm", "--network", "none", "--memory", "64m", *arguments, IMAGE, "/bin/echo"]
        tried = subprocess.run(command, capture_output=True, text=True, check=False)
        if not tried.returncode:
            return arguments
        said = tried.stderr.strip()
    pytest.skip(f"podman cannot run containers here: {said}")


@pytest.fixture
def executor(arguments: tuple[str, ...]) -> ContainerExecutor:
    """An executor of real containers."""
    environ = {**os.environ, "RECONCILER_TEST_SECRET": "hush", "http_proxy": "http://user:hush@proxy:1"}
    return ContainerExecutor(Engine.named("podman", environ=environ), arguments=arguments)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a run."""
    (tmp_path / ".roboto").mkdir()
    (tmp_path / "input").write_text("from outside\n")
    return tmp_path


def container_job(folder: Path, script: str, **given: object) -> Job:
    """A job in our image."""
    return job(folder, script, image=IMAGE, **given)


def exists(name: str) -> bool:
    """True when there is a container of this name."""
    return not subprocess.run(["podman", "container", "exists", name], check=False).returncode


def test_an_action_reads_its_inputs_and_leaves_its_outputs(executor: ContainerExecutor, folder: Path) -> None:
    """The folder is at the same place inside and outside, and what is made in it belongs to the runner."""
    executor.check()
    script = f"cat {folder}/input; echo $GREETING > {folder}/output; echo oops >&2; exit 3"
    output, end = ended(executor.start(container_job(folder, script)))
    assert sorted(output.splitlines()) == [b"from outside", b"oops"]
    assert end.code == 3
    assert str(end.image_digest).startswith("sha256:")
    assert (folder / "output").read_text() == "hello\n"
    assert (folder / "output").stat().st_uid == os.getuid()
    assert not exists(container_name("iv_1"))


def test_nothing_of_the_environment_outside_gets_in(executor: ContainerExecutor, folder: Path) -> None:
    """Neither secrets nor proxies with passwords."""
    output, _ = ended(executor.start(container_job(folder, "env")))
    assert b"GREETING=hello" in output
    assert b"hush" not in output


def test_there_is_no_network(executor: ContainerExecutor, folder: Path) -> None:
    """The loopback is all there is."""
    output, end = ended(executor.start(container_job(folder, "cat /proc/net/dev")))
    interfaces = [line.split(":")[0].strip() for line in output.decode().splitlines() if ":" in line]
    assert end.code == 0
    assert interfaces == ["lo"]


def test_memory_is_what_the_compute_requirements_say(executor: ContainerExecutor, folder: Path) -> None:
    """More is not there, and the engine says so."""
    hungry = "tail /dev/zero"
    compute = ComputeRequirements(vCPU=256, memory=512)
    _, end = ended(executor.start(container_job(folder, hungry, compute=compute)))
    assert end.code == 137
    assert "memory" in str(end.problem)


def test_stop_ends_the_container_and_removes_it(executor: ContainerExecutor, folder: Path) -> None:
    """Also one that ignores being asked to."""
    running = executor.start(container_job(folder, "trap '' TERM; echo ready; while true; do sleep 1; done"))
    output = b""
    while b"ready" not in output:
        output += running.read(5.0) or b""
    running.stop(grace=0.0)
    read_all(running)
    assert running.finish().code == 137
    assert not exists(container_name("iv_1"))


def test_a_program_that_the_image_does_not_have_fails_the_run(executor: ContainerExecutor, folder: Path) -> None:
    """The engine's words are in the log."""
    running = executor.start(container_job(folder, "", entry_point=("/no/such/program",), command=()))
    assert b"/no/such/program" in read_all(running)
    with pytest.raises(RunFailed, match="could not be started"):
        running.finish()
    assert not exists(container_name("iv_1"))


def test_what_a_killed_runner_left_behind_is_in_nobodys_way(
    executor: ContainerExecutor, folder: Path, arguments: tuple[str, ...]
) -> None:
    """A container of the same name belongs to an attempt that is over."""
    name = container_name("iv_1")
    left = ["podman", "run", "--detach", "--name", name, "--network", "none", *arguments, IMAGE, "/bin/sleep", "600"]
    subprocess.run(left, check=True, capture_output=True)
    output, end = ended(executor.start(container_job(folder, "echo mine")))
    assert (output, end.code) == (b"mine\n", 0)
    assert not exists(name)


def test_an_attempt_that_was_lost_leaves_the_next_one_alone(
    executor: ContainerExecutor, folder: Path, tmp_path: Path
) -> None:
    """The next one takes its name, and what the first lets go of when it wakes is its own."""
    first = executor.start(container_job(folder, "echo first; exec sleep 600"))
    while b"first" not in (first.read(5.0) or b""):
        pass
    second_folder = tmp_path / "second"
    (second_folder / ".roboto").mkdir(parents=True)
    waits = f"echo second; while [ ! -e {second_folder}/end ]; do sleep 0.1; done; echo over"
    second = executor.start(container_job(second_folder, waits))
    while b"second" not in (second.read(5.0) or b""):
        pass

    first.stop(grace=0.0)
    read_all(first)
    with pytest.raises(RunFailed):
        first.finish()
    (second_folder / "end").touch()

    assert read_all(second) == b"over\n"
    assert second.finish().code == 0
