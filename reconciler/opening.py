"""Opening the platform that the settings name: the one place that knows which adapter it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.config import (
    CHOICES,
    DEFAULT_TIMEOUT,
    PlatformKind,
    Settings,
    home_of,
    settings_of_environment,
)
from reconciler.encodable import encodable
from reconciler.environments import confirmed_endpoint
from reconciler.errors import ConfigurationError

if TYPE_CHECKING:
    from reconciler.domain.platform import Platform, PlatformReader
    from reconciler.domain.whole_platform import WholePlatform


def open_platform(settings: Settings) -> Platform:
    """Open the platform for a command that writes.

    Raises:
        ConfigurationError: No platform was named, or its configuration cannot be read.
    """
    return open_whole_platform(settings)


def ignore(told: object) -> None:
    """Take what is told and do nothing."""


def open_whole_platform(settings: Settings, *, warn: Callable[[str], None] = ignore) -> WholePlatform:
    """Open the platform for what also runs actions and keeps datasets; ``warn`` is told where there is none yet.

    The embedded platform's file is made by the first write: whoever only looks leaves nothing behind.

    Raises:
        ConfigurationError: No platform was named, or its configuration cannot be read.
    """
    match settings.platform:
        case None:
            raise ConfigurationError("no platform is configured", hint=CHOICES)
        case PlatformKind.EMBEDDED:
            return _open_embedded(settings, warn)
        case PlatformKind.ROBOTO:
            return _open_roboto(settings)


def default_platform(environ: Mapping[str, str], *, cwd: Path) -> WholePlatform:
    """Open the platform that the environment names, for code that was given none; no project file has a say.

    Raises:
        ConfigurationError: Nothing in the environment names a platform, or its configuration cannot be read.
    """
    return open_whole_platform(settings_of_environment(environ, cwd=cwd))


def open_reader(settings: Settings, *, warn: Callable[[str], None] = ignore) -> PlatformReader:
    """Open the platform for a command that only looks: the type it gets has no method that writes."""
    return open_whole_platform(settings, warn=warn)


def _open_embedded(settings: Settings, warn: Callable[[str], None]) -> WholePlatform:
    from reconciler.embedded.platform import LOCAL_CALLER, Caller, EmbeddedPlatform

    caller = Caller(user_id=LOCAL_CALLER.user_id, org_id=settings.org_id) if settings.org_id else LOCAL_CALLER
    platform = EmbeddedPlatform.at(settings.embedded_path, caller=caller)
    # A path that was mistyped would pass for a platform on which there is nothing.
    if not settings.embedded_path.exists():
        warn(f"there is no embedded platform at {encodable(str(settings.embedded_path))} yet")
    return platform


def _open_roboto(settings: Settings) -> WholePlatform:
    from reconciler.client.config_file import TOKEN_VARIABLES
    from reconciler.client.config_file import resolve as resolve_connection
    from reconciler.client.http import HttpPlatform

    environ, environment = settings.environ, settings.environment
    asked_profile = None if settings.profile == environment.profile else settings.profile
    variables = environment.token_variables(environ, asked_profile=asked_profile)
    connection = resolve_connection(
        environ,
        home=home_of(environ),
        profile=settings.profile,
        endpoint=settings.endpoint,
        org_id=settings.org_id,
        token_variables=TOKEN_VARIABLES if variables is None else variables,
    )
    platform = HttpPlatform.connect(
        endpoint=confirmed_endpoint(environment, outside=connection.endpoint, asked=settings.endpoint, environ=environ),
        token=connection.token.value,
        org_id=connection.org_id,
        max_connections=settings.parallelism,
        retries=settings.retries,
        origin=connection.origin,
        timeout=DEFAULT_TIMEOUT if connection.timeout is None else connection.timeout,
    )
    if environment.name is not None and environment.org_id is not None:
        try:
            platform.require_organization(wanted_by=f'environment "{environment.name}"')
        except BaseException:
            platform.close()
            raise
    return platform
