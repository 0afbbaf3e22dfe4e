"""Masking: which values of a spec or a request are secret, wrapped where they stand.

Secret are defaults of parameters, parameter values and environment variables whose name says so or is listed in
``lifecycle.sensitive``; a value that only names a secret, such as ``roboto-secret://name``, is none. Marks are where
secrets stand: ``true`` for a secret, objects and lists around them, as in ``terraform show -json``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from reconciler.domain.address import Address
from reconciler.domain.secrets import MASK, Secret, is_reference, names_a_secret
from reconciler.manifests.desired import Desired, Resource
from reconciler.plan.references import needed

Claim = Callable[[str], bool]

#: The same few names come again and again over a fleet.
_names_a_secret: Final = lru_cache(maxsize=4096)(names_a_secret)

_CONTAINERS: Final = ("container_parameters", "container_parameter_overrides")


def sensitive_names(resource: Resource, desired: Desired, *, org_id: str) -> frozenset[str]:
    """Return the names the manifests call sensitive: the resource's own and those of every action it rests on."""
    names = resource.lifecycle.sensitive
    passed: set[Address] = set()
    at = needed(resource.spec, org_id=org_id)
    while at is not None and at not in passed and at in desired.resources:
        passed.add(at)
        names |= desired.resources[at].lifecycle.sensitive
        at = needed(desired.resources[at].spec, org_id=org_id)
    return names


def concealed(body: Mapping[str, Any], *, sensitive: frozenset[str]) -> dict[str, Any]:
    """Return the shape of a spec, or the body of a request, with every secret value wrapped."""

    def secret(name: str) -> bool:
        return name in sensitive or _names_a_secret(name)

    result = dict(body)
    for member in _CONTAINERS:
        if result.get(member) and result[member].get("env_vars"):
            result[member] = {**result[member], "env_vars": _values(result[member]["env_vars"], secret)}
    if result.get("parameter_values"):
        result["parameter_values"] = _values(result["parameter_values"], secret)
    if result.get("parameters"):
        result["parameters"] = _defaults(result["parameters"], secret)
    changeset = result.get("parameter_changeset")
    if changeset and changeset.get("put_parameters"):
        put = _defaults(changeset["put_parameters"], secret)
        result["parameter_changeset"] = {**changeset, "put_parameters": put}
    return result


def _values(values: Mapping[str, Any], secret: Claim) -> dict[str, Any]:
    if not any(map(secret, values)):
        return dict(values)
    return {name: _wrapped(value) if secret(name) else value for name, value in values.items()}


def _wrapped(value: Any) -> Any:
    """Wrap a secret; what only names one is for everybody to see."""
    return value if value is None or is_reference(value) else Secret(value)


def _defaults(parameters: Any, secret: Claim) -> Any:
    """Wrap defaults in either form of parameters: the manifest's map by name, or the wire's list."""
    if isinstance(parameters, list):
        return [_parameter(parameter, secret(parameter["name"])) for parameter in parameters]
    return {name: _parameter(parameter, secret(name)) for name, parameter in parameters.items()}


def _parameter(parameter: Mapping[str, Any], is_secret: bool) -> Mapping[str, Any]:
    if not is_secret or parameter.get("default") is None:
        return parameter
    return {**parameter, "default": _wrapped(parameter["default"])}


def plain(value: Any, *, reveal: bool) -> Any:
    """Return JSON without wrappers: a mask where a secret stood, or the secret itself with ``reveal``.

    What holds no secret is returned as it is; nobody may change it.
    """
    return _unwrapped(value, reveal=reveal) if holds_secret(value) else value


def _unwrapped(value: Any, *, reveal: bool) -> Any:
    if isinstance(value, Secret):
        return value.value if reveal else MASK
    if isinstance(value, dict):
        return {key: _unwrapped(member, reveal=reveal) for key, member in value.items()}
    if isinstance(value, list):
        return [_unwrapped(member, reveal=reveal) for member in value]
    return value


def holds_secret(value: Any) -> bool:
    """Return True when a value is, or holds somewhere, a wrapped secret: few do, and this is quicker than copying."""
    if isinstance(value, dict):
        return any(map(holds_secret, value.values()))
    if isinstance(value, list):
        return any(map(holds_secret, value))
    return isinstance(value, Secret)


def marks(value: Any) -> Any:
    """Return where secrets stand in a value; false where there is none."""
    return _marked_places(value) if holds_secret(value) else False


def _marked_places(value: Any) -> Any:
    if isinstance(value, Secret):
        return True
    if isinstance(value, dict):
        found = {key: mark for key, member in value.items() if (mark := _marked_places(member))}
        return found or False
    if isinstance(value, list):
        places = [_marked_places(member) for member in value]
        return places if any(places) else False
    return False


def marked(value: Any, mark: Any) -> Any:
    """Return the value with its secrets wrapped again: the reverse of :func:`plain` and :func:`marks`."""
    if mark is True:
        return Secret(value)
    if isinstance(mark, dict) and isinstance(value, dict):
        return {key: marked(member, mark.get(key, False)) for key, member in value.items()}
    if isinstance(mark, list) and isinstance(value, list) and len(mark) == len(value):
        return [marked(member, at) for member, at in zip(value, mark, strict=True)]
    return value


def secrets_in(value: Any) -> Iterator[Secret]:
    """Yield every wrapped secret in a value."""
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from secrets_in(member)
    elif isinstance(value, list):
        for member in value:
            yield from secrets_in(member)
