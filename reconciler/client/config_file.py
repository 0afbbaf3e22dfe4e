"""Which platform to talk to, and as whom: the official client's variables and config file, resolved as it does.

=============  ======================================================================================
token          ``ROBOTO_API_KEY``, else ``ROBOTO_BEARER_TOKEN``: the file and its profiles are not read
               else the profile in ``ROBOTO_CONFIG_FILE``, else in ``~/.roboto/config.json``
profile        the one asked for, else ``ROBOTO_PROFILE`` (empty: ``default``), else the file's
               ``default_profile``, else ``default``
endpoint       the one asked for, else with a token variable ``ROBOTO_SERVICE_ENDPOINT``, else the profile's;
               ``https://api.roboto.ai`` where none is named
organization   the one asked for, else ``ROBOTO_ORG_ID``, else the profile's
timeout        ``ROBOTO_DEFAULT_HTTP_TIMEOUT`` in seconds, else the profile's
=============  ======================================================================================

Names of variables are matched without regard to case. An empty variable is as good as none.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconciler.client.profiles import ConfigFile, read
from reconciler.client.token import checked_token
from reconciler.domain.secrets import Secret
from reconciler.errors import ConfigurationError

DEFAULT_ENDPOINT: Final = "https://api.roboto.ai"
DEFAULT_PROFILE: Final = "default"
TOKEN_VARIABLES: Final = ("ROBOTO_API_KEY", "ROBOTO_BEARER_TOKEN")

CHOICES: Final = (
    "set ROBOTO_API_KEY (or ROBOTO_BEARER_TOKEN), or put a profile into ~/.roboto/config.json, "
    "or point ROBOTO_CONFIG_FILE to such a file, or work on the embedded platform"
)


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach a platform; ``timeout`` is in seconds, ``origin`` says in words where the token came from."""

    endpoint: str
    token: Secret
    org_id: str | None
    timeout: float | None
    origin: str


def resolve(
    environ: Mapping[str, str],
    *,
    home: Path,
    profile: str | None = None,
    endpoint: str | None = None,
    org_id: str | None = None,
    token_variables: Sequence[str] = TOKEN_VARIABLES,
) -> Connection:
    """Decide how to reach the platform; what is given here wins over variables, and these over the file.

    ``token_variables`` are where a token is looked for before a profile is.

    Raises:
        ConfigurationError: Nothing is configured, or what is configured cannot be used.
    """
    variables = _Variables(environ)
    timeout = _timeout(variables)
    org_id = org_id or variables.value("ROBOTO_ORG_ID")
    for name in token_variables:
        if token := variables.value(name):
            origin = f"the variable {name}"
            where = endpoint or variables.value("ROBOTO_SERVICE_ENDPOINT") or DEFAULT_ENDPOINT
            return Connection(where, checked_token(token, origin=origin), org_id, timeout, origin)

    file = _config_file(variables, home=home)
    chosen = _choose(file, profile, variables)
    found = file.profile(chosen)
    origin = f'profile "{chosen}" of {file.shown}'
    return Connection(
        endpoint=endpoint or found.endpoint or DEFAULT_ENDPOINT,
        token=checked_token(found.api_key, origin=origin),
        org_id=org_id or found.org_id or None,
        timeout=found.default_http_timeout if timeout is None else timeout,
        origin=origin,
    )


class _Variables:
    """The environment, names matched without regard to case; the exact spelling wins where several match."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._values = {name.upper(): value for name, value in environ.items()} | dict(environ)

    def value(self, name: str) -> str | None:
        """Return a variable's value without white space around it; None when absent or empty."""
        return self._values.get(name, "").strip() or None

    def is_empty(self, name: str) -> bool:
        """Return True for a variable that is there and says nothing."""
        return name in self._values and self.value(name) is None


def _config_file(variables: _Variables, *, home: Path) -> ConfigFile:
    if named := variables.value("ROBOTO_CONFIG_FILE"):
        path = home / named[2:] if named.startswith("~/") else Path(named)
        if not path.exists():
            raise ConfigurationError(
                f"there is no config file {named}, which ROBOTO_CONFIG_FILE names",
                hint="correct or unset ROBOTO_CONFIG_FILE, or set ROBOTO_API_KEY",
            )
        return read(path, shown=named)
    path = home / ".roboto" / "config.json"
    if path.exists():
        return read(path, shown="~/.roboto/config.json")
    empty = [name for name in TOKEN_VARIABLES if variables.is_empty(name)]
    if empty:
        raise ConfigurationError(
            f"{empty[0]} is set but empty, and there is no ~/.roboto/config.json",
            hint="in CI, check that the job may read the secret (pull requests from forks may not); or " + CHOICES,
        )
    raise ConfigurationError(
        "nothing says how to reach the platform: no token in the environment and no ~/.roboto/config.json",
        hint=CHOICES,
    )


def _choose(file: ConfigFile, asked: str | None, variables: _Variables) -> str:
    name, source = asked, "was asked for"
    if not name and variables.is_empty("ROBOTO_PROFILE"):
        name, source = DEFAULT_PROFILE, "is meant by an empty ROBOTO_PROFILE"
    elif not name and (name := variables.value("ROBOTO_PROFILE")):
        source = "is named by ROBOTO_PROFILE"
    elif not name and (name := file.default_profile):
        source = "is the file's own default_profile"
    elif not name:
        name, source = DEFAULT_PROFILE, "is taken when none is named"
    if name in file.profiles:
        return name
    close = difflib.get_close_matches(name, file.profiles, n=1)
    meant = f'did you mean "{close[0]}"? ' if close else ""
    listed = ", ".join(f'"{known}"' for known in sorted(file.profiles))
    raise ConfigurationError(
        f'{file.shown} has no profile "{name}", which {source}', hint=f"{meant}its profiles are {listed}"
    )


def _timeout(variables: _Variables) -> float | None:
    text = variables.value("ROBOTO_DEFAULT_HTTP_TIMEOUT")
    if text is None or text.lower() in {"null", "none"}:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if math.isfinite(seconds) and seconds > 0:
        return seconds
    raise ConfigurationError(
        f'ROBOTO_DEFAULT_HTTP_TIMEOUT is "{text[:40]}"', hint="write a number of seconds greater than 0, such as 30"
    )
