"""An existing ``action.json``, read as leniently as the platform's own command line reads it.

=============================  ==================================================================
what the file says             how it is read
=============================  ==================================================================
``image_uri``                  ``uri``
``"false"``, ``"yes"``, ``1``  booleans, where a boolean is meant
``"8192"``                     numbers, where a number is meant
``"default": 3``               text, by ``str()``
null                           as if the key were not there
an unknown key                 an error, here as there
=============================  ==================================================================

What is left is held against the same schema as a manifest's spec.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from reconciler.manifests.documents import schema_problems
from reconciler.manifests.models import API_VERSION
from reconciler.manifests.problems import Problem, pointer_of
from reconciler.manifests.suggestions import did_you_mean

if TYPE_CHECKING:
    from reconciler.domain.values import Json

#: The keys of the file, by what a manifest's spec calls them.
_KEYS: Final = {
    "name": "name",
    "description": "description",
    "short_description": "short_description",
    "compute_requirements": "compute_requirements",
    "container_parameters": "container_parameters",
    "inherits": "inherits",
    "metadata": "metadata",
    "parameters": "parameters",
    "requires_downloaded_inputs": "requires_downloaded_inputs",
    "tags": "tags",
    "timeout": "timeout",
    "image_uri": "uri",
}
_IN_FILE: Final = {called: key for key, called in _KEYS.items()}
_BOOLEANS: Final = {
    **dict.fromkeys(("true", "t", "yes", "y", "on", "1"), True),
    **dict.fromkeys(("false", "f", "no", "n", "off", "0"), False),
}


@dataclass(frozen=True, slots=True)
class ActionFile:
    """What an ``action.json`` gives: a spec, and the name it has for the action."""

    spec: dict[str, Any]
    name: str | None = None


def read_action(content: Json) -> ActionFile | list[Problem]:
    """Return the spec that an ``action.json`` gives, or everything that is wrong with it, by pointers into it."""
    if not isinstance(content, dict):
        return [Problem("wrong-type", "an action file holds one object", hint="write the action's fields in { }")]
    unknown = [_unknown(key) for key in content if key not in _KEYS]
    name = content.get("name")
    spec = {_KEYS[key]: value for key, value in content.items() if key in _KEYS and value is not None and key != "name"}
    spec = {key: _READ.get(key, _as_is)(value) for key, value in spec.items()}
    if spec.get("uri") == "":
        del spec["uri"]  # set from outside when it is deployed
    problems = [*unknown, *_name_problems(name), *_spec_problems(spec)]
    return problems or ActionFile(spec, name if isinstance(name, str) else None)


def is_manifest(content: Json) -> bool:
    """Return True for content in a manifest's envelope, whose keys no action file knows."""
    return isinstance(content, dict) and ("apiVersion" in content or {"kind", "spec"} <= content.keys())


def not_an_action_file(name: str) -> Problem:
    """Return the problem of a manifest that starts from another one."""
    return Problem(
        "not-an-action-file",
        f'"{name}" is a manifest, not an action file',
        "/spec/from",
        "name an action.json; what manifests share goes into a ParameterSet, or into an action that others inherit",
    )


def pointer_in_file(pointer: str) -> str:
    """Return where in the file a pointer into a manifest leads: ``/spec/uri`` is ``/image_uri``."""
    _, _, rest = pointer.removeprefix("/").partition("/")
    key, slash, below = rest.partition("/")
    return f"/{_IN_FILE.get(key, key)}{slash}{below}" if key else ""


def _spec_problems(spec: dict[str, Any]) -> list[Problem]:
    # The name is judged apart: the manifest's own counts.
    manifest: dict[str, Any] = {
        "apiVersion": API_VERSION,
        "kind": "Action",
        "metadata": {"name": "action"},
        # As below another layer: what is missing here may be written there.
        "spec": {"from": "action.json", **spec},
    }
    return [
        replace(problem, pointer=pointer_in_file(problem.pointer))
        for problem in schema_problems(manifest, kind="Action")
    ]


def _name_problems(name: Json) -> list[Problem]:
    if name is None or isinstance(name, str):
        return []
    return [Problem("wrong-type", "expected a string as the action's name", "/name", "write the name in quotes")]


def _unknown(key: str) -> Problem:
    hint = 'an action file calls it "image_uri"' if key == "uri" else did_you_mean(key, _KEYS)
    return Problem("unknown-key", f'unknown key "{key}" in the action file', pointer_of((key,)), hint, at_key=True)


def _as_is(value: Any) -> Any:
    return value


def _boolean(value: Any) -> Any:
    if isinstance(value, str):
        return _BOOLEANS.get(value.lower(), value)
    return bool(value) if value in (0, 1) else value


def _number(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return int(value)
    except ValueError:
        return value


def _members(value: Any, read: dict[str, Callable[[Any], Any]]) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: read.get(key, _as_is)(member) for key, member in value.items() if member is not None}


def _compute(value: Any) -> Any:
    return _members(value, {"vCPU": _number, "memory": _number, "storage": _number, "gpu": _boolean})


def _parameters(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [_members(entry, {"required": _boolean, "default": str}) for entry in value]


def _without_nulls(value: Any) -> Any:
    return _members(value, {})


_READ: Final[dict[str, Callable[[Any], Any]]] = {
    "compute_requirements": _compute,
    "container_parameters": _without_nulls,
    "inherits": _without_nulls,
    "parameters": _parameters,
    "requires_downloaded_inputs": _boolean,
    "timeout": _number,
}
