"""Variables, config file and profiles are resolved as the official client does."""

from __future__ import annotations

import json
import traceback
from pathlib import Path
from typing import Any

import pytest

from reconciler.client.config_file import DEFAULT_ENDPOINT, Connection, resolve
from reconciler.domain.secrets import MASK, Secret
from reconciler.errors import ConfigurationError

V1 = {
    "version": "v1",
    "profiles": {
        "default": {"api_key": "tok_default"},
        "prod": {
            "api_key": "tok_prod",
            "endpoint": "https://prod.example.com",
            "org_id": "og_prod",
            "default_http_timeout": 12,
            "cache_dir": "/tmp/x",
        },
    },
}
V0 = {"default": {"token": "tok_old"}, "lab": {"token": "tok_lab", "default_endpoint": "https://lab"}, "note": "x"}


def write(home: Path, content: Any, *, name: str = ".roboto/config.json") -> Path:
    """Write a config file, JSON unless it is bytes."""
    path = home / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def refused(environ: dict[str, str], home: Path, **given: str) -> str:
    """Resolve in vain and return all that is said, traceback included."""
    with pytest.raises(ConfigurationError) as caught:
        resolve(environ, home=home, **given)
    assert caught.value.hint
    return f"{caught.value.message}\n{caught.value.hint}\n{''.join(traceback.format_exception(caught.value))}"


def test_a_token_variable_wins_over_the_file(tmp_path: Path) -> None:
    """The file is not even read, and neither is a profile."""
    write(tmp_path, b"{ broken")

    found = resolve({"ROBOTO_API_KEY": "tok_env", "ROBOTO_PROFILE": "prod"}, home=tmp_path, profile="prod")

    assert found == Connection(DEFAULT_ENDPOINT, Secret("tok_env"), None, None, "the variable ROBOTO_API_KEY")


@pytest.mark.parametrize(
    ("environ", "token", "origin"),
    [
        ({"ROBOTO_API_KEY": "a", "ROBOTO_BEARER_TOKEN": "b"}, "a", "the variable ROBOTO_API_KEY"),
        ({"ROBOTO_BEARER_TOKEN": "b"}, "b", "the variable ROBOTO_BEARER_TOKEN"),
        ({"ROBOTO_API_KEY": "", "ROBOTO_BEARER_TOKEN": "b"}, "b", "the variable ROBOTO_BEARER_TOKEN"),
        ({"roboto_api_key": "c"}, "c", "the variable ROBOTO_API_KEY"),
        ({"Roboto_Api_Key": "c", "ROBOTO_API_KEY": "a"}, "a", "the variable ROBOTO_API_KEY"),
    ],
)
def test_token_variables_have_an_order_and_no_case(
    tmp_path: Path, environ: dict[str, str], token: str, origin: str
) -> None:
    """API key first; an empty one counts as none; the exact spelling wins."""
    found = resolve(environ, home=tmp_path)

    assert (token, origin) == (found.token.value, found.origin)


def test_with_a_token_variable_the_endpoint_is_a_variable_too(tmp_path: Path) -> None:
    """What is asked for wins over it."""
    environ = {"ROBOTO_API_KEY": "a", "ROBOTO_SERVICE_ENDPOINT": "https://eu.example.com"}

    assert resolve(environ, home=tmp_path).endpoint == "https://eu.example.com"
    assert resolve(environ, home=tmp_path, endpoint="http://here").endpoint == "http://here"


@pytest.mark.parametrize(
    ("content", "environ", "profile", "token"),
    [
        (V1, {}, None, "tok_default"),
        (V1 | {"default_profile": "prod"}, {}, None, "tok_prod"),
        (V1 | {"default_profile": None}, {}, None, "tok_default"),
        (V1, {"ROBOTO_PROFILE": "prod"}, None, "tok_prod"),
        (V1 | {"default_profile": "prod"}, {"ROBOTO_PROFILE": "default"}, None, "tok_default"),
        (V1 | {"default_profile": "prod"}, {"ROBOTO_PROFILE": ""}, None, "tok_default"),
        (V1, {"ROBOTO_PROFILE": "default"}, "prod", "tok_prod"),
        (V0, {}, None, "tok_old"),
        (V0, {"ROBOTO_PROFILE": "lab"}, None, "tok_lab"),
        (V0, {}, "lab", "tok_lab"),
    ],
)
def test_the_profile_is_the_one_asked_for_or_named_or_default(
    tmp_path: Path, content: Any, environ: dict[str, str], profile: str | None, token: str
) -> None:
    """Asked for, then ROBOTO_PROFILE (empty: default), then the file's own choice, then default."""
    write(tmp_path, content)

    assert token == resolve(environ, home=tmp_path, profile=profile).token.value


def test_a_profile_brings_its_endpoint_organization_and_timeout(tmp_path: Path) -> None:
    """And says where it stands."""
    write(tmp_path, V1)

    found = resolve({}, home=tmp_path, profile="prod")

    origin = 'profile "prod" of ~/.roboto/config.json'
    assert found == Connection("https://prod.example.com", Secret("tok_prod"), "og_prod", 12.0, origin)


def test_variables_and_arguments_win_over_the_profile(tmp_path: Path) -> None:
    """The endpoint's variable alone goes with a token variable and is not looked at here."""
    write(tmp_path, V1)
    environ = {
        "ROBOTO_PROFILE": "prod",
        "ROBOTO_ORG_ID": "og_env",
        "ROBOTO_DEFAULT_HTTP_TIMEOUT": "3.5",
        "ROBOTO_SERVICE_ENDPOINT": "https://ignored.example.com",
    }

    found = resolve(environ, home=tmp_path)
    asked = resolve(environ, home=tmp_path, endpoint="http://here", org_id="og_asked")

    assert (found.endpoint, found.org_id, found.timeout) == ("https://prod.example.com", "og_env", 3.5)
    assert (asked.endpoint, asked.org_id) == ("http://here", "og_asked")


def test_an_old_profile_brings_its_endpoint(tmp_path: Path) -> None:
    """Under the name it had then; entries of another shape are skipped."""
    write(tmp_path, V0)

    assert resolve({}, home=tmp_path, profile="lab").endpoint == "https://lab"
    assert resolve({}, home=tmp_path).endpoint == DEFAULT_ENDPOINT


@pytest.mark.parametrize("named", ["absolute", "~/other.json"])
def test_the_file_can_be_another_one(tmp_path: Path, named: str) -> None:
    """ROBOTO_CONFIG_FILE names it."""
    path = write(tmp_path, V1, name="other.json")
    named = str(path) if named == "absolute" else named

    found = resolve({"ROBOTO_CONFIG_FILE": named}, home=tmp_path)

    assert found.origin == f'profile "default" of {named}'


def test_a_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    """Some editors write one."""
    write(tmp_path, b"\xef\xbb\xbf" + json.dumps(V1).encode())

    assert resolve({}, home=tmp_path).token.value == "tok_default"


@pytest.mark.parametrize("text", ["null", "None", "", " "])
def test_a_timeout_of_nothing_is_not_set(tmp_path: Path, text: str) -> None:
    """So that a template which always writes the variable does no harm."""
    assert resolve({"ROBOTO_API_KEY": "a", "ROBOTO_DEFAULT_HTTP_TIMEOUT": text}, home=tmp_path).timeout is None


@pytest.mark.parametrize("text", ["soon", "0", "-1", "inf", "nan", "1,5"])
def test_a_timeout_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    """A number of seconds greater than 0."""
    said = refused({"ROBOTO_API_KEY": "a", "ROBOTO_DEFAULT_HTTP_TIMEOUT": text}, tmp_path)

    assert "ROBOTO_DEFAULT_HTTP_TIMEOUT" in said
    assert "seconds" in said


def test_nothing_configured_lists_the_choices(tmp_path: Path) -> None:
    """Every way to name a platform stands in the hint."""
    said = refused({}, tmp_path)

    for choice in ("ROBOTO_API_KEY", "ROBOTO_BEARER_TOKEN", "~/.roboto/config.json", "ROBOTO_CONFIG_FILE", "embedded"):
        assert choice in said


def test_an_empty_token_variable_is_pointed_out(tmp_path: Path) -> None:
    """What a CI job sees that may not read its secret."""
    said = refused({"ROBOTO_API_KEY": ""}, tmp_path)

    assert "ROBOTO_API_KEY is set but empty" in said
    assert "secret" in said


def test_a_missing_file_that_was_named_is_said(tmp_path: Path) -> None:
    """With the variable that named it."""
    said = refused({"ROBOTO_CONFIG_FILE": str(tmp_path / "none.json")}, tmp_path)

    assert "none.json, which ROBOTO_CONFIG_FILE names" in said


def test_an_unknown_profile_lists_the_known(tmp_path: Path) -> None:
    """With a guess at what was meant, and where the name came from."""
    write(tmp_path, V1)

    said = refused({"ROBOTO_PROFILE": "prdo"}, tmp_path)

    assert 'no profile "prdo", which is named by ROBOTO_PROFILE' in said
    assert 'did you mean "prod"? its profiles are "default", "prod"' in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"version": "v1",\n "tok_secret" }', "not valid JSON: line 2, column 15"),
        (b"", "not valid JSON: line 1, column 1"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"version": ' + b"9" * 5000 + b"}", "holds a number longer than any that belongs there"),
        (b"\xff\xfetok_secret", "not UTF-8"),
        (b" " * 1_100_000, "larger than 1 MiB"),
        (["tok_secret"], "does not hold a JSON object"),
        ({}, "holds no profiles"),
        ({"version": "v1", "profiles": {}}, "holds no profiles"),
        ({"version": "v9", "profiles": ["tok_secret"]}, "holds no profiles"),
        ({"default": {"key": "tok_secret"}}, "holds no profiles"),
        ({"version": "v1", "profiles": {"default": {"apikey": "tok_secret"}}}, "api_key: field required"),
        ({"version": "v1", "profiles": {"default": {"api_key": ["tok_secret"]}}}, "api_key: input should be"),
        ({"version": "v1", "profiles": {"default": "tok_secret"}}, 'profile "default" of ~/.roboto/config.json is inc'),
        ({"version": "v1", "profiles": {"default": {"api_key": "robo_pat_tok_secret"}}}, "starts with robo_pat"),
        ({"version": "v1", "profiles": {"default": {"api_key": "tok_secret\n\x07x"}}}, "white space or characters"),
    ],
)
def test_a_file_that_cannot_be_used_is_explained(tmp_path: Path, content: Any, said: str) -> None:
    """What is wrong and where, and never a token."""
    write(tmp_path, content)

    told = refused({}, tmp_path)

    assert said in told
    assert "tok_secret" not in told
    assert "~/.roboto/config.json" in told


def test_a_folder_in_place_of_the_file_is_explained(tmp_path: Path) -> None:
    """As is anything else that cannot be opened."""
    (tmp_path / ".roboto" / "config.json").mkdir(parents=True)

    assert "cannot be read: is a directory" in refused({}, tmp_path)


def test_a_connection_shows_no_token(tmp_path: Path) -> None:
    """Its repr has a mask."""
    found = resolve({"ROBOTO_API_KEY": "tok_secret"}, home=tmp_path)

    assert "tok_secret" not in repr(found)
    assert MASK in repr(found)
