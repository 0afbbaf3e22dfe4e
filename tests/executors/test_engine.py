"""What the container executor asks of an engine, seen by a program that stands in for one."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.domain.values import ComputeRequirements
from reconciler.errors import ConfigurationError, RunFailed
from reconciler.executors.container import ContainerExecutor
from reconciler.executors.engine import Engine
from tests.executors.builders import ended, job, read_all

#: Writes down how it was called; runs like a container that says hello and ends with 3, for lack of memory.
STANDIN = """\
#!/bin/sh
for argument in "$@"; do printf '%s\\0' "$argument"; done >> "$0.calls"; printf '\\n\\0' >> "$0.calls"
case "$1" in
  run) cp "{folder}/.roboto/environment" "$0.environment"; echo c0ffee > "{folder}/.roboto/container_id"
    echo hello; {run} exit 3;;
  container) echo '[{{"State": {{"Status": "{status}", "OOMKilled": {oom}{state}}}, "ImageDigest": "sha256:1"}}]';;
  info) echo "no service here" >&2; exit {info};;
esac
"""


class StandIn:
    """A program called like an engine."""

    def __init__(self, folder: Path, name: str = "podman") -> None:
        (folder / ".roboto").mkdir()
        self.folder = folder
        self.path = folder / name
        self.write()

    def write(
        self, *, status: str = "exited", oom: bool = False, info: int = 0, run: str = "", state: str = ""
    ) -> None:
        """Make the program."""
        text = STANDIN.format(folder=self.folder, status=status, oom=json.dumps(oom), info=info, run=run, state=state)
        self.path.write_text(text)
        self.path.chmod(0o755)

    def executor(self, **given: object) -> ContainerExecutor:
        """An executor that uses it."""
        engine = Engine.named(str(self.path), environ={"PATH": os.environ["PATH"], "AWS_SECRET_ACCESS_KEY": "hush"})
        return replace(ContainerExecutor(engine), **given)  # type: ignore[arg-type]  # the fields are the test's own

    def calls(self) -> list[list[str]]:
        """Every call, as its arguments."""
        text = Path(f"{self.path}.calls").read_text()
        return [call.rstrip("\0").split("\0") for call in text.split("\n\0") if call]

    def run(self) -> list[str]:
        """The arguments of the call that ran a container."""
        return next(call for call in self.calls() if call[0] == "run")

    def environment(self) -> list[str]:
        """The lines of the file of variables."""
        return Path(f"{self.path}.environment").read_text().splitlines()


@pytest.fixture
def standin(tmp_path: Path) -> StandIn:
    """A stand-in for podman."""
    return StandIn(tmp_path)


def option(call: list[str], name: str) -> str:
    """The value of an option."""
    return call[call.index(name) + 1]


def test_a_container_gets_what_the_compute_requirements_say(standin: StandIn, tmp_path: Path) -> None:
    """Memory without swap beside it, and CPU units as cores."""
    ended(standin.executor().start(job(tmp_path, compute=ComputeRequirements(vCPU=512, memory=2048))))
    call = standin.run()
    assert option(call, "--memory") == option(call, "--memory-swap") == "2048m"
    assert option(call, "--cpus") == "0.5"


def test_a_container_has_no_rights_it_does_not_need(standin: StandIn, tmp_path: Path) -> None:
    """No capabilities, no network, no user of its own, no proxies with passwords, and the folder of the run alone."""
    ended(standin.executor().start(job(tmp_path)))
    call = standin.run()
    assert option(call, "--cap-drop") == "all"
    assert option(call, "--security-opt") == "no-new-privileges"
    assert option(call, "--network") == "none"
    assert option(call, "--user") == f"{os.getuid()}:{os.getgid()}"
    assert "--http-proxy=false" in call
    assert [call[place + 1] for place, each in enumerate(call) if each == "--volume"] == [f"{tmp_path}:{tmp_path}:Z"]
    assert "hush" not in str(call)


def test_how_a_stopped_container_ended_is_asked_of_the_engine(standin: StandIn, tmp_path: Path) -> None:
    """The client is stopped as well, and may end before it could tell."""
    standin.write(run="sleep 600;", state=', "ExitCode": 137')
    running = standin.executor().start(job(tmp_path))
    output = b""
    while b"hello" not in output:
        output += running.read(60.0) or b""
    running.stop(grace=60.0)
    read_all(running)
    assert running.finish().code == 137


def test_the_network_is_there_when_it_was_allowed(standin: StandIn, tmp_path: Path) -> None:
    """Then the engine's own default holds."""
    ended(standin.executor(network=True).start(job(tmp_path)))
    assert "--network" not in standin.run()


def test_nothing_a_manifest_says_is_an_option_of_the_engine(standin: StandIn, tmp_path: Path) -> None:
    """An image called --privileged is an image that does not exist."""
    ended(standin.executor(arguments=("--ulimit", "nofile=1024")).start(job(tmp_path, image="--privileged")))
    call = standin.run()
    end = call.index("--")
    assert call[end - 2 : end] == ["--ulimit", "nofile=1024"]
    assert call[end + 1] == "--privileged"


def test_entry_point_and_command_make_the_command_line(standin: StandIn, tmp_path: Path) -> None:
    """Engines take one word as entry point; the rest of it comes first behind the image."""
    given = job(tmp_path, image="img", entry_point=("python3", "-u"), command=("main.py", "--fast"), workdir="/app")
    ended(standin.executor().start(given))
    call = standin.run()
    assert option(call, "--entrypoint") == "python3"
    assert option(call, "--workdir") == "/app"
    assert call[call.index("--") + 1 :] == ["img", "-u", "main.py", "--fast"]


def test_without_entry_point_the_image_has_its_own(standin: StandIn, tmp_path: Path) -> None:
    """A command alone is for the image's entry point."""
    ended(standin.executor().start(job(tmp_path, image="img", entry_point=(), command=("run",))))
    call = standin.run()
    assert "--entrypoint" not in call
    assert call[call.index("--") + 1 :] == ["img", "run"]


def test_variables_stay_out_of_the_list_of_processes(standin: StandIn, tmp_path: Path) -> None:
    """They go into a file; only what its format cannot hold is on the command line."""
    plain = {"TOKEN": "hush hush=#", "EMPTY": ""}
    difficult = {"LINES": "a\nb", "QUOTED": '"a"', "SPACED": " a", "odd-name": "x"}
    ended(standin.executor().start(job(tmp_path, variables=plain | difficult)))
    call = standin.run()
    assert standin.environment() == ["TOKEN=hush hush=#", "EMPTY="]
    given = [call[place + 1] for place, each in enumerate(call) if each == "--env"]
    assert given == [f"{name}={value}" for name, value in difficult.items()]


def test_a_container_is_removed_before_and_after_its_run(standin: StandIn, tmp_path: Path) -> None:
    """Before, because a runner that was killed may have left one of the same name; after, by its own id."""
    ended(standin.executor().start(job(tmp_path)))
    calls = [call[0] for call in standin.calls()]
    assert calls == ["rm", "run", "container", "rm"]
    assert [call[-1] for call in standin.calls() if call[0] != "run"] == ["reconciler-iv_1", "c0ffee", "c0ffee"]


def test_the_engine_knows_why_a_container_ended(standin: StandIn, tmp_path: Path) -> None:
    """Out of memory looks like any kill from outside."""
    standin.write(oom=True)
    output, end = ended(standin.executor().start(job(tmp_path)))
    assert output == b"hello\n"
    assert (end.code, end.out_of_memory, end.image_digest) == (3, True, "sha256:1")
    assert "out of memory" in str(end.problem)


def test_a_container_that_never_started_fails_the_run(standin: StandIn, tmp_path: Path) -> None:
    """Its exit code is the engine's own and means nothing of the action."""
    standin.write(status="created")
    with pytest.raises(RunFailed, match="could not be started"):
        ended(standin.executor().start(job(tmp_path)))
    assert standin.calls()[-1][0] == "rm"


def test_stopping_ends_the_container_by_its_id(standin: StandIn, tmp_path: Path) -> None:
    """The process that is attached to it is not the container; its name may be another attempt's by now."""
    running = standin.executor().start(job(tmp_path))
    assert b"hello" in (running.read(5.0) or b"")
    running.stop(grace=2.0)
    assert [call for call in standin.calls() if call[0] == "stop"] == [["stop", "-t", "2", "c0ffee"]]
    running.finish()


def test_an_action_without_image_cannot_run_in_a_container(standin: StandIn, tmp_path: Path) -> None:
    """There is nothing to run it in."""
    with pytest.raises(RunFailed, match="no image"):
        standin.executor().start(job(tmp_path, image=None))


def test_docker_is_spoken_to_without_options_of_podman(tmp_path: Path) -> None:
    """The others are the same for both."""
    docker = StandIn(tmp_path, "docker")
    ended(docker.executor().start(job(tmp_path)))
    assert not any("proxy" in each or "userns" in each for each in docker.run())


def test_podman_is_preferred_to_docker(tmp_path: Path) -> None:
    """It needs no service that runs as root."""
    for name in ("docker", "podman"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    assert Engine.named(None, environ={"PATH": str(tmp_path)}).command == ("podman",)
    (tmp_path / "podman").unlink()
    assert Engine.named(None, environ={"PATH": str(tmp_path)}).command == ("docker",)


@pytest.mark.parametrize("named", [None, "no-such-engine --option"])
def test_without_an_engine_nothing_begins(tmp_path: Path, named: str | None) -> None:
    """The hint says what there is instead."""
    with pytest.raises(ConfigurationError) as failure:
        Engine.named(named, environ={"PATH": str(tmp_path)})
    assert "--executor process" in failure.value.hint


def test_an_engine_that_does_not_answer_is_told_at_the_start(standin: StandIn) -> None:
    """Docker's program without its service is there, and of no use."""
    standin.write(info=1)
    with pytest.raises(ConfigurationError, match="no service here"):
        standin.executor().check()


def test_an_engines_command_line_may_have_global_options(standin: StandIn) -> None:
    """They come before every command."""
    Engine.named(f"{standin.path} --log-level warn", environ=os.environ).remove("c")
    assert standin.calls() == [["--log-level", "warn", "rm", "--force", "--time", "0", "--volumes", "c"]]
    with pytest.raises(ConfigurationError, match="command line"):
        Engine.named("podman 'unclosed", environ=os.environ)
