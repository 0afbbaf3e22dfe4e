"""What is wrong with a project file that is legal by its schema: names that nobody declares, values of another type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from reconciler.domain.secrets import names_a_secret
from reconciler.manifests.problems import Problem, Step, pointer_of
from reconciler.manifests.suggestions import did_you_mean
from reconciler.manifests.variables import Variables, is_of, substituted

if TYPE_CHECKING:
    from reconciler.domain.values import Json
    from reconciler.manifests.project_settings import EnvironmentSettings, ProjectSettings, Scalar, VariableSettings


def project_file_problems(settings: ProjectSettings, document: Mapping[str, Json]) -> list[Problem]:
    """Return everything that is wrong with the settings in a project file's document."""
    problems = [*_default(settings), *_variables(settings), *_same_inventories(settings), *_references(document)]
    for name, environment in settings.environments.items():
        at = ("spec", "environments", name)
        problems += [*_access(environment, at), *_inventory(settings, environment, at)]
        problems += [*_values(settings, environment, at), *_overlays(environment, at)]
    return problems


def _default(settings: ProjectSettings) -> Iterator[Problem]:
    name = settings.default_environment
    if name is not None and name not in settings.environments:
        yield _problem(
            "unknown-environment",
            f'there is no environment "{name}"',
            ("spec", "default_environment"),
            did_you_mean(name, settings.environments) or "declare it under environments",
        )


def _variables(settings: ProjectSettings) -> Iterator[Problem]:
    tokens = {each.token_variable for each in settings.environments.values()}
    for name, variable in settings.variables.items():
        at = ("spec", "variables", name)
        yield from _typed(variable, variable.default, (*at, "default"))
        source = variable.from_environment
        if source is not None and (source in tokens or names_a_secret(source)):
            yield _problem(
                "secret-variable",
                f"{source} holds a secret by its name, and plans show the values of variables",
                (*at, "from_environment"),
                "write a reference such as roboto-secret://name into the manifest instead",
            )


def _values(settings: ProjectSettings, environment: EnvironmentSettings, at: tuple[Step, ...]) -> Iterator[Problem]:
    for name, value in environment.variables.items():
        place = (*at, "variables", name)
        if name in settings.variables:
            yield from _typed(settings.variables[name], value, place)
            continue
        hint = did_you_mean(name, settings.variables) or "declare it under spec.variables, with its type"
        yield _problem("undefined-variable", f'there is no variable "{name}"', place, hint, at_key=True)


def _typed(variable: VariableSettings, value: Scalar | None, at: tuple[Step, ...]) -> Iterator[Problem]:
    if value is None or is_of(variable.type, value):
        return
    hint = "put the value in quotes" if variable.type == "string" else f"write a {variable.type}, without quotes"
    yield _problem("wrong-type", f"the variable is a {variable.type}, this value is not", at, hint)


def _same_inventories(settings: ProjectSettings) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for name, environment in settings.environments.items():
        own = environment.inventory.id if environment.inventory else None
        if own is not None and first.setdefault(own, name) != name:
            yield _problem(
                "same-inventory",
                f'the environments "{first[own]}" and "{name}" have one inventory',
                ("spec", "environments", name, "inventory", "id"),
                "leave the id out: then one is made of the project's and the environment's name",
            )


def _inventory(settings: ProjectSettings, environment: EnvironmentSettings, at: tuple[Step, ...]) -> Iterator[Problem]:
    inventory = environment.inventory
    if inventory is not None and inventory.id is None and settings.inventory is None:
        yield _problem(
            "missing-key",
            "the inventory has no id, and the project has none that it could be made of",
            (*at, "inventory"),
            "write an inventory with an id under spec",
        )


def _access(environment: EnvironmentSettings, at: tuple[Step, ...]) -> Iterator[Problem]:
    if environment.endpoint is not None and environment.profile is None and environment.token_variable is None:
        yield _problem(
            "endpoint-without-token",
            "an endpoint takes a token of its own: no other one is ever sent there",
            (*at, "endpoint"),
            "add the token_variable or the profile whose token is for this address",
            at_key=True,
        )


def _overlays(environment: EnvironmentSettings, at: tuple[Step, ...]) -> Iterator[Problem]:
    for index, overlay in enumerate(environment.overlays):
        if isinstance(overlay, str) and (overlay.startswith("/") or ".." in overlay.split("/") or overlay in ("", ".")):
            yield _problem(
                "outside-project",
                f'"{overlay}" is no file or folder below this one',
                (*at, "overlays", index),
                "keep overlays in a folder of their own in the project",
            )


def _references(document: Mapping[str, Json]) -> Iterator[Problem]:
    """References to variables count in patches alone: anywhere else they would be taken for text."""
    _, problems = substituted(_without_patches(document), Variables())
    for problem in problems:
        yield Problem(
            "illegal-reference",
            "a project file refers to no variable, except in its overlays",
            problem.pointer,
            "write the value itself; environments may each have their own",
            at_key=problem.at_key,
        )


def _without_patches(document: Mapping[str, Json]) -> Json:
    spec = document.get("spec")
    environments = spec.get("environments") if isinstance(spec, dict) else None
    if not isinstance(spec, dict) or not isinstance(environments, dict):
        return dict(document)
    bare: Json = {
        name: {key: value for key, value in each.items() if key != "overlays"} if isinstance(each, dict) else each
        for name, each in environments.items()
    }
    return {**document, "spec": {**spec, "environments": bare}}


def _problem(rule: str, summary: str, at: tuple[Step, ...], hint: str, *, at_key: bool = False) -> Problem:
    return Problem(rule, summary, pointer_of(at), hint, at_key=at_key)
