"""Settings: which platform, which manifests, and as what they are read.

A setting comes from a flag, else from ``RECONCILER_<OPTION>``, else from the project file ``reconciler.yaml``, else
from the platform's own variables and profile. A platform that nobody named is an error: a job without a token must
never quietly work on the embedded one.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconciler.diagnostics import Diagnostic, Span
from reconciler.environments import ALL, Environment, choose, layer_of
from reconciler.errors import ConfigurationError, InvalidManifests
from reconciler.own_options import OwnOptions
from reconciler.project_paths import PROJECT_FILE, common_root, find_project_file, manifest_paths

if TYPE_CHECKING:
    from reconciler.manifests.environment_layer import Layer
    from reconciler.manifests.loader import ProjectSettings
    from reconciler.manifests.project_settings import Guards

DEFAULT_EMBEDDED: Final = ".reconciler/platform.sqlite3"
DEFAULT_INVENTORY: Final = ".reconciler/inventory"
DEFAULT_PARALLELISM: Final = 16
DEFAULT_RETRIES: Final = 4
#: Seconds one request may take where neither variable nor profile says otherwise.
DEFAULT_TIMEOUT: Final = 30.0

CHOICES: Final = (
    "choose one: set ROBOTO_API_KEY; have a profile in ~/.roboto/config.json; pass --platform embedded to try things"
    " out on this machine; or write `platform: roboto` or `platform: embedded` in reconciler.yaml"
)

#: The same for code, which has no flags and reads no project file.
CODE_CHOICES: Final = (
    "choose one: set ROBOTO_API_KEY; have a profile in ~/.roboto/config.json; set RECONCILER_PLATFORM=embedded:PATH"
    " to try things out on this machine; or name one in code with reconciler.handles.use(platform)"
)


class PlatformKind(StrEnum):
    """The platforms this tool can work on."""

    ROBOTO = "roboto"
    EMBEDDED = "embedded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """What was said on the command line; None where nothing was said.

    ``beside_others`` when every environment is looked at by itself: what is wrong with another one is told there.
    """

    files: tuple[str, ...] = ()
    platform: str | None = None
    profile: str | None = None
    endpoint: str | None = None
    org_id: str | None = None
    environment: str | None = None
    parallelism: int | None = None
    no_cache: bool = False
    beside_others: bool = False

    def asks_for_all(self, environ: Mapping[str, str]) -> bool:
        """Return True when not one environment is meant but all of them."""
        return (self.environment or OwnOptions(environ)("ENV")) == ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that was decided before the work begins.

    Attributes:
        root: The folder of the project file, or the working directory; manifests may not lead out of it.
        cwd: The working directory, from where people read the names of files.
        paths: Files and folders the manifests are read from, relative to ``root``; ``-`` for standard input.
        given: The paths as they were named, relative to the working directory; a saved plan keeps them.
        declared: The paths that the project file names, whatever was given.
        exclude: Gitignore-style patterns of files that are no manifests.
        platform: Which platform; None when nobody named one.
        named_by: What named it, in words: a flag, a variable, a file.
        embedded_path: The embedded platform's database.
        profile: Which account of the platform's own config file; None for its default.
        parallelism: How many requests may be under way at once.
        retries: How often a request that is safe to repeat is sent again.
        environment: The project as it is in the environment that was chosen.
        layer: What that lays over the manifests; None where they stand for themselves.
        endpoint: Where flag or variable send the token; the environment's own address is for :func:`open_platform`.
        org_id: The organization to work in; None for the token's only one.
        inventory_id: What tells the project's inventory from others; None where nothing is recorded.
        inventory_store: A folder relative to ``root``, the URL of a bucket, or ``none``.
        cache_dir: Where validated documents are remembered; None for no cache.
        environ: The environment the platform's own variables are read from.
        warnings: What is wrong with the project file and does no harm.
    """

    root: Path
    paths: tuple[str, ...]
    given: tuple[str, ...] = ()
    declared: tuple[str, ...] = (".",)
    cwd: Path | None = None
    exclude: tuple[str, ...] = ()
    platform: PlatformKind | None = None
    named_by: str = ""
    embedded_path: Path = Path(DEFAULT_EMBEDDED)
    profile: str | None = None
    endpoint: str | None = None
    org_id: str | None = None
    parallelism: int = DEFAULT_PARALLELISM
    retries: int = DEFAULT_RETRIES
    environment: Environment = field(default_factory=Environment)
    layer: Layer | None = None
    inventory_id: str | None = None
    inventory_store: str = DEFAULT_INVENTORY
    cache_dir: Path | None = None
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def guards(self) -> Guards:
        """From where on a plan is refused."""
        return self.environment.guards

    def as_seen(self, span: Span) -> Span:
        """Return a place whose file is named relative to the project with the name people see where they stand."""
        if self.cwd is None or span.file.startswith(("/", "<")):
            return span
        folder, _, name = span.file.rpartition("/")
        way = _way(self.root, folder, self.cwd)
        return replace(span, file=name if way == "." else f"{way}/{name}")

    def each_as_seen(self, diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """Return diagnostics with their places named as people see them."""
        return tuple(replace(each, span=each.span and self.as_seen(each.span)) for each in diagnostics)


@lru_cache(maxsize=1024)
def _way(root: Path, folder: str, cwd: Path) -> str:
    """Return the way to a folder of the project; a plan asks for that of every change, and changes share folders."""
    return os.path.relpath(root / folder, cwd).replace(os.sep, "/")


def resolve(flags: Flags, *, environ: Mapping[str, str], cwd: Path, for_environment: bool = True) -> Settings:
    """Decide every setting; without ``for_environment`` those that are the same in every environment.

    Raises:
        ConfigurationError: A setting is wrong, such as an unknown platform or environment.
        GuardRefused: The environment is of another organization than the one that is asked for.
        InvalidManifests: The project file has errors.
    """
    project_file = find_project_file(flags.files, cwd=cwd)
    option = OwnOptions(environ)
    cache_dir = None if flags.no_cache or option("NO_CACHE") else _cache_dir(environ)
    name = flags.environment or option("ENV")
    judged = (name or "",) if flags.beside_others else None
    spec, diagnostics = _read_project(project_file, cache_dir=cache_dir, judged=judged)
    root = project_file.parent if project_file else common_root(flags.files, cwd=cwd)
    environment = Environment(project=spec) if spec else Environment()
    if for_environment:
        environment = choose(spec, asked=name)
    platform, named_by = _platform(flags, environ, environment, project_file)
    _refuse_without_effect(flags, environ, embedded_by=named_by if platform is PlatformKind.EMBEDDED else "")
    return Settings(
        root=root,
        given=flags.files,
        declared=spec.manifests if spec else (".",),
        cwd=cwd,
        paths=manifest_paths(flags.files, spec.manifests if spec else (".",), root=root, cwd=cwd),
        exclude=_exclude(spec),
        platform=platform,
        named_by=named_by,
        embedded_path=_embedded_path(flags, environ, environment.embedded_path, root=root, cwd=cwd),
        profile=flags.profile or option("PROFILE") or environment.profile,
        endpoint=flags.endpoint or option("ENDPOINT"),
        org_id=environment.organization(
            flags.org_id or option("ORG_ID"), asked_by="--org" if flags.org_id else "RECONCILER_ORG_ID"
        ),
        parallelism=flags.parallelism
        or option.number("PARALLELISM", least=1, most=128)
        or (spec.parallelism if spec else None)
        or DEFAULT_PARALLELISM,
        retries=option.number("RETRIES", least=0, most=20, default=DEFAULT_RETRIES),
        environment=environment,
        layer=layer_of(environment, environ=environ, is_whole=not flags.files) if spec and for_environment else None,
        inventory_id=environment.inventory_id,
        inventory_store=environment.inventory_store or DEFAULT_INVENTORY,
        cache_dir=cache_dir,
        environ=environ,
        warnings=tuple(diagnostics),
    )


def environments_of(flags: Flags, *, environ: Mapping[str, str], cwd: Path) -> tuple[str, ...]:
    """Return the names of a project's environments, in the order of its file, whatever is wrong with one of them.

    Raises:
        ConfigurationError: It has none.
        InvalidManifests: The project file has errors.
    """
    each = replace(flags, environment=None, beside_others=True)
    environments = resolve(each, environ=environ, cwd=cwd, for_environment=False).environment.project.environments
    if not environments:
        raise ConfigurationError(
            "this project has no environments", hint="declare them under spec.environments of reconciler.yaml"
        )
    return tuple(environments)


def _exclude(spec: ProjectSettings | None) -> tuple[str, ...]:
    """Leave out what is no manifest: what the project says, and the patches of every environment."""
    if spec is None or not spec.environments:
        return () if spec is None else spec.exclude
    from reconciler.manifests.environment_layer import exclusions

    patches = (exclusions(each.overlays) for each in spec.environments.values())
    return (*spec.exclude, *(pattern for patterns in patches for pattern in patterns))


def settings_of_environment(environ: Mapping[str, str], *, cwd: Path) -> Settings:
    """Return the settings that the environment names, for code that was given none; no project file has a say.

    Raises:
        ConfigurationError: Nothing in the environment names a platform.
    """
    platform, named_by = _platform(Flags(), environ, Environment(), None)
    if platform is None:
        raise ConfigurationError("no platform is configured, and none was passed as roboto_client", hint=CODE_CHOICES)
    option = OwnOptions(environ)
    return Settings(
        root=cwd,
        paths=(),
        platform=platform,
        named_by=named_by,
        embedded_path=_embedded_path(Flags(), environ, None, root=cwd, cwd=cwd),
        profile=option("PROFILE"),
        endpoint=option("ENDPOINT"),
        org_id=option("ORG_ID"),
        parallelism=option.number("PARALLELISM", least=1, most=128) or DEFAULT_PARALLELISM,
        retries=option.number("RETRIES", least=0, most=20, default=DEFAULT_RETRIES),
        environ=environ,
    )


def _read_project(
    path: Path | None, *, cache_dir: Path | None, judged: Collection[str] | None
) -> tuple[ProjectSettings | None, tuple[Diagnostic, ...]]:
    if path is None:
        return None, ()
    from reconciler.manifests.loader import open_cache, read_project

    cache = None if cache_dir is None else open_cache(cache_dir, project=str(path.parent))
    spec, diagnostics = read_project(path, cache=cache, judged=judged)
    if spec is None or any(diagnostic.is_error for diagnostic in diagnostics):
        raise InvalidManifests(diagnostics)
    return spec, diagnostics


def _platform(
    flags: Flags, environ: Mapping[str, str], environment: Environment, project_file: Path | None
) -> tuple[PlatformKind | None, str]:
    option = OwnOptions(environ)
    if flags.platform:
        return _kind(flags.platform, "--platform"), "--platform"
    if named := option("PLATFORM"):
        return _kind(named, "RECONCILER_PLATFORM"), "the variable RECONCILER_PLATFORM"
    if environment.platform is not None:
        return _kind(environment.platform, PROJECT_FILE), str(project_file)
    if environment.own.token_variable or environment.own.profile:
        return PlatformKind.ROBOTO, f'environment "{environment.name}"'
    names = {name.upper() for name, value in environ.items() if value}
    for variable in ("ROBOTO_API_KEY", "ROBOTO_BEARER_TOKEN", "ROBOTO_CONFIG_FILE", "ROBOTO_PROFILE"):
        if variable in names:
            return PlatformKind.ROBOTO, f"the variable {variable}"
    if flags.profile or option("PROFILE") or environment.profile:
        return PlatformKind.ROBOTO, "the profile that was named"
    config_file = home_of(environ) / ".roboto" / "config.json"
    if config_file.is_file():
        return PlatformKind.ROBOTO, str(config_file)
    return None, ""


def _kind(named: str, source: str) -> PlatformKind:
    # `--platform embedded:PATH` names the database too; the path is read by _embedded_path.
    kind = named.partition(":")[0]
    try:
        return PlatformKind(kind)
    except ValueError:
        legal = " or ".join(PlatformKind)
        raise ConfigurationError(f'{source} names an unknown platform "{kind}"', hint=f"write {legal}") from None


def _embedded_path(flags: Flags, environ: Mapping[str, str], in_file: str | None, *, root: Path, cwd: Path) -> Path:
    for named in (flags.platform, OwnOptions(environ)("PLATFORM")):
        kind, colon, path = (named or "").partition(":")
        if kind == PlatformKind.EMBEDDED and colon:
            if not path.strip():
                # A variable that somebody forgot to set would be the project's own database.
                raise ConfigurationError(f'"{named}" names no database', hint="write embedded, or embedded:PATH")
            return cwd / path
    return root / (in_file or DEFAULT_EMBEDDED)


def _refuse_without_effect(flags: Flags, environ: Mapping[str, str], *, embedded_by: str) -> None:
    """Whoever names an account would take the answer of another for its own: the embedded one's, or a token's."""
    for variable in ("ROBOTO_API_KEY", "ROBOTO_BEARER_TOKEN"):
        if flags.profile and environ.get(variable):
            raise ConfigurationError(
                f"--profile {flags.profile} has no effect while {variable} is set",
                hint=f"unset {variable} for this run",
            )
    for option, given in (("--endpoint", flags.endpoint), ("--profile", flags.profile)):
        if given and embedded_by:
            raise ConfigurationError(
                f"{option} {given} has no effect on the embedded platform, which {embedded_by} names",
                hint=f"leave {option} out, or say --platform roboto",
            )


def _cache_dir(environ: Mapping[str, str]) -> Path:
    from reconciler.manifests.cache import cache_directory

    return cache_directory(environ)


def home_of(environ: Mapping[str, str]) -> Path:
    """Return the home folder of whoever runs this."""
    return Path(environ["HOME"]) if environ.get("HOME") else Path.home()
