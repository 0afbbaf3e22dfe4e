"""Which environment of a project is meant, and everything that follows from it; nothing is opened here.

A setting of the environment wins over the project's own. What would send a token somewhere is not decided by the
project file alone: see :func:`confirmed_endpoint`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from reconciler.errors import ConfigurationError, GuardRefused
from reconciler.manifests.project_settings import EnvironmentSettings, Guards, ProjectSettings

if TYPE_CHECKING:
    from reconciler.manifests.environment_layer import Layer
    from reconciler.manifests.project_settings import Scalar, VariableSettings
    from reconciler.manifests.variables import Variables

#: What ``--env`` says for every environment there is.
ALL: Final = "all"

#: Addresses that tokens may be sent to when a project file names them, separated by commas or white space.
ALLOWED_ENDPOINTS: Final = "RECONCILER_ALLOWED_ENDPOINTS"


@dataclass(frozen=True, slots=True)
class Environment:
    """The settings of a project in one environment; without a name, those that hold whichever is chosen."""

    name: str | None = None
    own: EnvironmentSettings = field(default_factory=EnvironmentSettings)
    project: ProjectSettings = field(default_factory=ProjectSettings)

    @property
    def platform(self) -> str | None:
        """The platform to work on."""
        return self.own.platform or self.project.platform

    @property
    def embedded_path(self) -> str | None:
        """The embedded platform's database, relative to the project."""
        return self.own.embedded_path or self.project.embedded_path

    @property
    def profile(self) -> str | None:
        """The profile of the platform's own config file; the project's only where the environment has no token."""
        return self.own.profile or (None if self.own.token_variable else self.project.profile)

    @property
    def org_id(self) -> str | None:
        """The organization to work in."""
        return self.own.org_id or self.project.org_id

    @property
    def guards(self) -> Guards:
        """From where on a plan is refused."""
        return Guards(**{**(self.project.guards or {}), **(self.own.guards or {})})

    @property
    def inventory_id(self) -> str | None:
        """The id of the inventory: the environment's own, or one made of the project's id and the environment's name.

        Made again it is the same, and no two environments share one, wherever they are kept.
        """
        if self.own.inventory is not None and self.own.inventory.id is not None:
            return self.own.inventory.id
        shared = None if self.project.inventory is None else self.project.inventory.id
        if shared is None or self.name is None:
            return shared
        return str(uuid.uuid5(uuid.UUID(shared), self.name))

    @property
    def inventory_store(self) -> str | None:
        """Where the inventory is kept."""
        for inventory in (self.own.inventory, self.project.inventory):
            if inventory is not None and inventory.store is not None:
                return inventory.store
        return None

    def organization(self, asked: str | None, *, asked_by: str) -> str | None:
        """Return the organization to work in; ``asked`` is what flag or variable say.

        Raises:
            GuardRefused: The environment is of another organization.
        """
        if self.name is not None and asked and self.org_id and asked != self.org_id:
            raise GuardRefused(
                f'environment "{self.name}" is organization {self.org_id}, {asked_by} says {asked}',
                hint=f"choose the environment of {asked}, or leave {asked_by} out",
            )
        return asked or self.org_id

    def token_variables(self, environ: Mapping[str, str], *, asked_profile: str | None) -> tuple[str, ...] | None:
        """Return the only variables the token may come from, none for the profile; None for the platform's own ones.

        An environment that says where its token comes from never gets another environment's.

        Raises:
            ConfigurationError: The variable is not set, and there is no profile.
        """
        named = self.own.token_variable
        if asked_profile or (named is None and self.own.profile is None):
            return None
        if named is not None and environ.get(named, "").strip():
            return (named,)
        if self.own.profile is not None:
            return ()
        raise ConfigurationError(
            f'environment "{self.name}" takes its token from the variable {named}, which is not set',
            hint="set it; in CI, check that this job may read the secret",
        )


def choose(project: ProjectSettings | None, *, asked: str | None) -> Environment:
    """Return the environment that is asked for, or the project's default one; a nameless one where it has none.

    Raises:
        ConfigurationError: There is none of that name, or none is asked for where there are several ways to go.
    """
    project = project or ProjectSettings()
    listed = ", ".join(project.environments)
    name = asked or project.default_environment
    if name is None and not project.environments:
        return Environment(project=project)
    if name is None:
        raise ConfigurationError(
            f"this project has environments, and none was chosen: {listed}",
            hint="pass --env NAME, or set RECONCILER_ENV, or write default_environment into reconciler.yaml",
        )
    if name not in project.environments:
        raise _unknown(name, project)
    return Environment(name, project.environments[name], project)


def _unknown(name: str, project: ProjectSettings) -> ConfigurationError:
    if not project.environments:
        return ConfigurationError(
            f'there is no environment "{name}": this project has no environments',
            hint="declare it under spec.environments of reconciler.yaml, or leave --env and RECONCILER_ENV out",
        )
    listed = ", ".join(project.environments)
    if name == ALL:
        return ConfigurationError("only plan shows all environments at once", hint=f"choose one of them: {listed}")
    from reconciler.manifests.suggestions import closest

    near = closest(name, project.environments)
    meant = f'did you mean "{near}"? ' if near else ""
    return ConfigurationError(f'there is no environment "{name}"', hint=f"{meant}this project has {listed}")


def confirmed_endpoint(environment: Environment, *, outside: str, asked: str | None, environ: Mapping[str, str]) -> str:
    """Return the address to send the token to.

    A project file is changed by whoever opens a pull request, so an address in it counts only when something outside
    of the repository names it too: ``outside``, where the token would go without the file (the flag, the variables
    ``RECONCILER_ENDPOINT`` and ``ROBOTO_SERVICE_ENDPOINT``, the profile's own), or ``RECONCILER_ALLOWED_ENDPOINTS``.

    Raises:
        ConfigurationError: Nothing outside names it, or ``asked`` (flag or ``RECONCILER_ENDPOINT``) names another one.
    """
    wanted = environment.own.endpoint
    if wanted is None or _same(wanted, outside):
        return outside
    if asked is None and any(
        _same(wanted, each) for each in environ.get(ALLOWED_ENDPOINTS, "").replace(",", " ").split()
    ):
        return wanted
    if asked is not None:
        raise ConfigurationError(
            f'environment "{environment.name}" is at {wanted}, and {asked} was asked for',
            hint="choose the environment that is there, or leave --endpoint and RECONCILER_ENDPOINT out",
        )
    raise ConfigurationError(
        f'environment "{environment.name}" would send a token to {wanted}, which only the repository names',
        hint="anybody who opens a pull request can write that; if it is right, write it into the profile, pass "
        f"--endpoint, or set {ALLOWED_ENDPOINTS}={wanted}",
    )


def _same(one: str, other: str) -> bool:
    return one.rstrip("/") == other.rstrip("/")


def layer_of(environment: Environment, *, environ: Mapping[str, str], is_whole: bool) -> Layer:
    """Return what the environment lays over the manifests; ``is_whole`` when all of them are read.

    Raises:
        ConfigurationError: A variable of the process does not hold a value of the type that is declared.
    """
    from reconciler.manifests.environment_layer import Layer

    variables = _variables(environment, environ)
    return Layer(
        environment=environment.name, variables=variables, overlays=environment.own.overlays, is_whole=is_whole
    )


def _variables(environment: Environment, environ: Mapping[str, str]) -> Variables:
    """Give each declared variable its value: the environment's, else the process's, else the default."""
    from reconciler.manifests.variables import Variables

    values: dict[str, Scalar] = {}
    unset: dict[str, str] = {}
    for name, variable in environment.project.variables.items():
        value = environment.own.variables.get(name)
        if value is None:
            value = _of_process(name, variable, environ)
        if value is None:
            value = variable.default
        if value is None:
            unset[name] = _what_gives_it(name, variable, environment)
        else:
            values[name] = value
    return Variables(values, unset)


def _of_process(name: str, variable: VariableSettings, environ: Mapping[str, str]) -> Scalar | None:
    from reconciler.manifests.variables import value_of

    source = variable.from_environment
    text = None if source is None else environ.get(source)
    if text is None:
        return None
    value = value_of(text, variable.type)
    if value is None:
        raise ConfigurationError(
            f'the variable "{name}" is a {variable.type}, and {source} holds "{text[:40]}"',
            hint=f"set {source} to a {variable.type}, or unset it",
        )
    return value


def _what_gives_it(name: str, variable: VariableSettings, environment: Environment) -> str:
    ways = [] if variable.from_environment is None else [f"set {variable.from_environment}"]
    if environment.name is not None:
        ways.append(f"give it one under environments.{environment.name}.variables")
    return ", or ".join([*ways, f"write a default under variables.{name} of reconciler.yaml"])
