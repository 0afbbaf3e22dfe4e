"""The server's configuration file: what it says, and everything that can be wrong with it, each at its place."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from reconciler.embedded.http.accounts import Access
from reconciler.errors import InvalidManifests
from reconciler.serving.config_file import read_config

TOKEN = "a-token-that-nobody-guesses"
WHOLE = """\
organizations:
  - id: og_fleet
    name: Fleet operations
  - id: og_lab
users:
  - id: ann@example.com
    name: Ann
    organizations: [og_fleet, og_lab]
    tokens:
      - token: a-token-that-nobody-guesses
      - sha256: {sha256}
  - id: ci
    organizations: [og_lab]
    access: read
    tokens:
      - token_file: ci.token
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A configuration that is fine, and the file of a token beside it."""
    return write(tmp_path, WHOLE.format(sha256=hashlib.sha256(b"another token").hexdigest()))


def write(folder: Path, text: str) -> Path:
    """Write a configuration for its owner alone, and a file with a token beside it."""
    for name, content in (("users.yaml", text), ("ci.token", "the-token-of-our-ci-jobs\n")):
        (folder / name).write_text(content)
        (folder / name).chmod(0o600)
    return folder / "users.yaml"


def test_tokens_say_who_comes_in_and_what_they_may(file: Path) -> None:
    """In each of the three ways a token can be given."""
    configured = read_config(file)
    accounts, warnings = configured.accounts, configured.warnings

    ann, by_hash = accounts.holder_of(TOKEN), accounts.holder_of("another token")
    ci = accounts.holder_of("the-token-of-our-ci-jobs")
    assert ann is not None
    assert ci is not None
    assert by_hash == ann
    assert (ann.user_id, ann.name, ann.access, ann.caller.org_id) == (
        "ann@example.com",
        "Ann",
        Access.WRITE,
        "og_fleet",
    )
    assert ann.caller.other_orgs == {"og_lab"}
    assert ci.access is Access.READ
    assert set(ci.caller.organizations) == {"og_lab"}
    assert (accounts.name_of("og_fleet"), accounts.name_of("og_lab")) == ("Fleet operations", "og_lab")
    assert accounts.holder_of("") is None
    assert warnings == ()


def test_no_token_is_kept_or_shown(file: Path) -> None:
    """Only hashes stay, and they do not print."""
    accounts = read_config(file).accounts

    assert TOKEN not in repr(accounts)
    assert hashlib.sha256(TOKEN.encode()).hexdigest() not in repr(accounts)


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("access: read", "acess: read", "14:5", 'unknown key "acess"'),
        ("access: read", "access: all", "14:13", "'read', 'invoke' or 'write'"),
        ("access: read", "access: true", "14:13", "'read', 'invoke' or 'write'"),
        ("users:", "people:", "5:1", 'unknown key "people"'),
        ("users:", "people:", "1:1", '"users" is missing'),
        ("organizations: [og_lab]", "organizations: [og_labs]", "13:21", 'there is no organization "og_labs"'),
        ("organizations: [og_lab]", "organizations: []", "13:20", '"organizations" is empty'),
        ("organizations: [og_lab]", "organizations: og_lab", "13:20", '"organizations" should be a list'),
        ("  - id: og_lab", "  - id: og_fleet", "4:9", '"og_fleet" stands here twice'),
        ("  - id: og_lab", "  - id: 'og lab'", "4:9", "an id has letters"),
        ("  - id: ci", "  - id: ann@example.com", "12:9", '"ann@example.com" stands here twice'),
        ("  - id: ci", "  - id: 7", "12:9", '"id" should be a text'),
        ("  - id: ci", "  - name: ''\n    id: ci", "12:11", '"name" is empty'),
        ("  - id: og_lab", "  - og_lab", "4:5", "an entry here should be a mapping"),
        ("token_file: ci.token", "token_file: ghost", "16:21", "No such file"),
        ("token_file: ci.token", "token_file: users.yaml", "16:21", "printable ASCII"),
        ("token_file: ci.token", "sha256: abc", "16:17", "64 hexadecimal digits"),
        ("token_file: ci.token", "token: short", "16:16", "can be guessed"),
        ("token_file: ci.token", "token: robo_pat_0123456789abcdef", "16:16", "robo_pat"),
        ("token_file: ci.token", "token: 'has spaces in its middle'", "16:16", "without spaces"),
        ("token_file: ci.token", "token: a-token-that-nobody-guesses", "16:16", "this token stands here twice"),
        ("token_file: ci.token", "{}", "16:9", "one of token, token_file and sha256"),
        ("token_file: ci.token", "token:", "16:9", "one of token, token_file and sha256"),
        ("    name: Ann\n", "    name: Ann\n    name: Bea\n", "8:5", "name"),
        ("users:\n", "users: [\n", "", ""),
    ],
)
def test_what_is_wrong_is_said_at_its_place(  # noqa: PLR0917  the columns of a table
    file: Path, old: str, new: str, place: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In our words, with line and column, and without the token that stands there."""
    file.write_text(file.read_text().replace(old, new, 1))
    monkeypatch.chdir(file.parent)

    with pytest.raises(InvalidManifests) as refusal:
        read_config(file)

    told = [f"{each.span} {each.summary}" for each in refusal.value.diagnostics]
    assert any(each.startswith(f"users.yaml:{place}") and words in each for each in told), told
    assert all(TOKEN not in f"{each} {each.hint}" for each in refusal.value.diagnostics)


def test_everything_that_is_wrong_is_said_at_once(file: Path) -> None:
    """Problems of users, of organizations and of tokens in one run."""
    text = file.read_text().replace("[og_lab]", "[og_labs]").replace("ci.token", "ghost")
    file.write_text(text.replace("id: og_lab", "id: og_fleet"))

    with pytest.raises(InvalidManifests) as refusal:
        read_config(file)

    rules = {each.rule for each in refusal.value.diagnostics}
    assert rules == {"repeated-id", "unknown-organization", "unreadable-file"}


def test_what_is_wrong_with_one_entry_hides_nothing_of_others(file: Path) -> None:
    """Unknown organizations, repeated ids and missing tokens are told beside keys that nobody knows."""
    text = file.read_text().replace("[og_lab]", "[og_labs]").replace("ci.token", "ghost")
    text = text.replace("access: read", "acess: read").replace("id: ci", "id: ann@example.com")
    file.write_text(text.replace("    name: Fleet operations\n", "    name: ''\n"))

    with pytest.raises(InvalidManifests) as refusal:
        read_config(file)

    told = [(each.rule, each.span.line) for each in refusal.value.diagnostics if each.span]
    assert told == [
        ("illegal-value", 3),
        ("repeated-id", 12),
        ("unknown-organization", 13),
        ("unknown-key", 14),
        ("unreadable-file", 16),
    ]


@pytest.mark.parametrize("organization", ["ID: og_lab", "id: 7", "og_lab"])
def test_an_organization_that_cannot_be_read_is_one_problem(file: Path, organization: str) -> None:
    """Those who name it may be right."""
    file.write_text(file.read_text().replace("id: og_lab", organization))

    with pytest.raises(InvalidManifests) as refusal:
        read_config(file)

    assert "unknown-organization" not in {each.rule for each in refusal.value.diagnostics}


def test_a_token_that_is_not_there_is_made_with_one_line(file: Path, tmp_path: Path) -> None:
    """For its owner alone, and such that the next start takes it."""
    (tmp_path / "ci.token").unlink()
    with pytest.raises(InvalidManifests) as refusal:
        read_config(file)

    (problem,) = refusal.value.diagnostics
    line = problem.hint.removeprefix("make it: ").replace("openssl rand -hex 32", "echo 0123456789abcdef")
    subprocess.run(["/bin/sh", "-c", line], check=True)

    configured = read_config(file)
    accounts, warnings = configured.accounts, configured.warnings
    assert accounts.holder_of("0123456789abcdef") is not None
    assert warnings == ()


def test_a_file_with_tokens_is_for_its_owner_alone(file: Path) -> None:
    """One that others may read is a warning for the configuration, and an error for a token's own file."""
    file.chmod(0o644)
    warnings = read_config(file).warnings
    assert [(each.rule, each.is_error) for each in warnings] == [("token-not-private", False)]

    (file.parent / "ci.token").chmod(0o640)
    with pytest.raises(InvalidManifests) as refusal:
        read_config(file)
    assert ("token-not-private", True) in [(each.rule, each.is_error) for each in refusal.value.diagnostics]


def test_an_organization_may_have_secrets_of_its_own(file: Path) -> None:
    """In a file beside the configuration, for its owner alone."""
    secrets = file.parent / "fleet.secrets.json"
    secrets.write_text("{}")
    secrets.chmod(0o600)
    file.write_text(
        file.read_text().replace("Fleet operations", "Fleet operations\n    secrets_file: fleet.secrets.json")
    )
    assert read_config(file).secrets == {"og_fleet": secrets}

    secrets.chmod(0o644)
    with pytest.raises(InvalidManifests) as others_may_read:
        read_config(file)
    secrets.unlink()
    with pytest.raises(InvalidManifests) as gone:
        read_config(file)
    problems = [refusal.value.diagnostics[0] for refusal in (others_may_read, gone)]
    assert [each.rule for each in problems] == ["secrets-not-private", "unreadable-file"]
    assert [each.span and each.span.line for each in problems] == [4, 4]


@pytest.mark.parametrize("text", ["", "# nothing\n", "[]", "a\n---\nb\n", "null", "\x00", "- users"])
def test_what_is_no_configuration_is_refused(tmp_path: Path, text: str) -> None:
    """Empty files, several documents, lists and binary files."""
    with pytest.raises(InvalidManifests):
        read_config(write(tmp_path, text))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """As a diagnostic like the others."""
    with pytest.raises(InvalidManifests) as refusal:
        read_config(tmp_path / "ghost.yaml")

    assert [each.rule for each in refusal.value.diagnostics] == ["missing-file"]
