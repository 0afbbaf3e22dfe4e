"""The platform's own config file as profiles, in both versions it has had.

Version 1 is ``{"version": "v1", "profiles": {NAME: {"api_key", "endpoint"?, "org_id"?, ...}}, "default_profile"?}``.
Version 0 is ``{NAME: {"token", "default_endpoint"?}}``, where entries of another shape are skipped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, Field, ValidationError

from reconciler.errors import ConfigurationError

#: Config files are a few lines long; what is larger is another file, named by mistake.
LARGEST_FILE: Final = 1024 * 1024

SHAPE: Final = (
    'the shape is {"version": "v1", "profiles": {"default": {"api_key": "..."}}, "default_profile": "default"}; '
    "the platform's site writes the file for you when you create a token"
)


class Profile(BaseModel):
    """One account of a config file; ``default_http_timeout`` is in seconds."""

    api_key: str = Field(min_length=1, repr=False)
    endpoint: str | None = None
    org_id: str | None = None
    default_http_timeout: float | None = Field(default=None, gt=0, allow_inf_nan=False)


class _OldProfile(BaseModel):
    token: str = Field(min_length=1, repr=False)
    default_endpoint: str | None = None


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """The profiles of one file, unread until one is chosen, and the profile it names as default."""

    shown: str
    profiles: Mapping[str, Any]
    default_profile: str | None

    def profile(self, name: str) -> Profile:
        """Return one profile.

        Raises:
            ConfigurationError: It lacks its token, or a member of it is wrong.
        """
        try:
            return Profile.model_validate(self.profiles[name])
        except ValidationError as error:
            problems = _problems(error)
        # Raised outside of the handler: pydantic's error holds the token.
        raise ConfigurationError(f'the profile "{name}" of {self.shown} is incomplete: {problems}', hint=SHAPE)


def read(path: Path, *, shown: str) -> ConfigFile:
    """Read a config file; ``shown`` is how messages name it.

    Raises:
        ConfigurationError: The file cannot be read, or holds no profiles.
    """
    content = _parsed(_text(path, shown=shown), shown=shown)
    if not isinstance(content, dict):
        raise ConfigurationError(f"{shown} does not hold a JSON object", hint=SHAPE)
    profiles = content.get("profiles")
    if content.get("version") == "v1" and isinstance(profiles, dict):
        default = content.get("default_profile")
        file = ConfigFile(shown, profiles, default if isinstance(default, str) else None)
    else:
        file = ConfigFile(shown, _old_profiles(content), None)
    if not file.profiles:
        raise ConfigurationError(f"{shown} holds no profiles", hint=SHAPE)
    return file


def _text(path: Path, *, shown: str) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise ConfigurationError(
            f"{shown} cannot be read: {reason}", hint="check the path and its permissions"
        ) from None
    if len(content) > LARGEST_FILE:
        raise ConfigurationError(f"{shown} is larger than 1 MiB: this is no config file", hint=SHAPE)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    raise ConfigurationError(f"{shown} is not UTF-8 text", hint="save it as UTF-8")


def _parsed(text: str, *, shown: str) -> object:
    try:
        content: object = json.loads(text)
    except json.JSONDecodeError as error:
        problem = f"{shown} is not valid JSON: line {error.lineno}, column {error.colno}: {error.msg.lower()}"
    except RecursionError:
        problem = f"{shown} is nested too deeply"
    except ValueError:
        problem = f"{shown} holds a number longer than any that belongs there"
    else:
        return content
    # Raised outside of the handler: the decoder's error holds the whole text, tokens included.
    raise ConfigurationError(problem, hint="correct the file; an editor with JSON support shows the place")


def _old_profiles(content: Mapping[str, Any]) -> dict[str, Any]:
    profiles: dict[str, Any] = {}
    for name, entry in content.items():
        try:
            old = _OldProfile.model_validate(entry)
        except ValidationError:
            continue
        profiles[name] = {"api_key": old.token, "endpoint": old.default_endpoint}
    return profiles


def _problems(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, each['loc'])) or 'profile'}: {each['msg'].lower()}" for each in found)
