"""What an action writes into the dataset of its run, as far as its settings tell.

Manifests do not say what an image writes. Yet many actions take it as a setting: a parameter ``output_format: mcap``,
a variable ``OUTPUT_PATTERN``, an option ``-o result.csv``, or a path below ``$ROBOTO_OUTPUT_DIR`` in the command.
Whatever lies there after a run is uploaded to the dataset the run was for, under the same path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from reconciler.domain.secrets import names_a_secret
from reconciler.domain.triggers import TriggerSpec
from reconciler.domain.values import ContainerParameters
from reconciler.manifests.lint.settings import Setting, container_settings, defaults_of, values_of
from reconciler.manifests.lint.subject import Manifests

#: Stands for whatever a run fills in.
ANY_NAME: Final = "ʑ"

_OUTPUT_WORDS: Final = frozenset({"o", "out", "output", "outputs", "dest", "destination", "result", "results"})
_ENDING_WORDS: Final = frozenset({"ext", "extension", "format", "suffix"})
_ENDING: Final = re.compile(r"\.?(\w{1,12}(?:\.\w{1,12})?)", re.ASCII)
_FOLDER: Final = re.compile(r"\$\{?ROBOTO_OUTPUT_DIR\}?[\"']?/")
_IN_FOLDER: Final = re.compile(_FOLDER.pattern + r"([^\s\"';|&<>()]+)")
_FILLED_IN: Final = re.compile(r"\{[^{}]*\}|\$\{?\w+\}?|%\w|\*+")
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Output:
    """A path that an action probably writes, and what says so."""

    path: str
    source: str


def outputs_of(trigger: TriggerSpec, manifests: Manifests) -> list[Output]:
    """Return what the runs of a trigger probably write."""
    lineage = manifests.lineage(trigger.action)
    settings = {
        each.name: each
        for each in (
            *(default for spec in reversed(lineage) for default in defaults_of(spec.parameters)),
            *values_of(trigger),
        )
    }
    containers = [trigger.container_parameter_overrides, *(spec.container_parameters for spec in lineage)]
    container = next((each for each in containers if each is not None), None)
    named = [*settings.values(), *container_settings(container, "container_parameters")]
    found = [Output(path, f'{each.what} "{each.name}"') for each in named if (path := _written(each)) is not None]
    return [*found, *_in_command(container)]


def _written(setting: Setting) -> str | None:
    words = set(re.findall(r"[a-z]+", setting.name.lower()))
    if not words & _OUTPUT_WORDS or names_a_secret(setting.name):
        return None
    value = _FOLDER.sub("", setting.value.strip()).removeprefix("./")
    if not value or len(value) > _LONGEST or value.startswith("/") or "://" in value or _is_switch(value):
        return None
    if words & _ENDING_WORDS:
        ending = _ENDING.fullmatch(value)
        return f"{ANY_NAME}.{ending[1]}" if ending else None
    return _path(value)


def _in_command(container: ContainerParameters | None) -> Iterator[Output]:
    if container is None:
        return
    for text in (*(container.entry_point or ()), *(container.command or ())):
        for path in _IN_FOLDER.findall(text):
            yield Output(_path(path), "command")


def _path(value: str) -> str:
    """Return one path that a value stands for; a value without a file's ending is a folder."""
    path = _FILLED_IN.sub(ANY_NAME, value)
    return path if "." in path.rpartition("/")[2] else f"{path.rstrip('/')}/{ANY_NAME}"


def _is_switch(value: str) -> bool:
    return value.lower() in {"true", "false", "yes", "no", "on", "off"} or value.replace(".", "").isdecimal()
