"""NotSet, secrets, addresses, names, catch-all patterns and error codes."""

from __future__ import annotations

import copy
import pickle

import pytest

from reconciler.domain.address import Address, Kind, name_problem
from reconciler.domain.notset import NotSet, NotSetType
from reconciler.domain.secrets import MASK, Secret, names_a_secret
from reconciler.domain.triggers import is_catch_all
from reconciler.domain.wire import ERROR_CODES, STATUS, error_class, error_code
from reconciler.errors import NotAllowed, NotAuthenticated, PlatformUnavailable


def test_there_is_one_not_set() -> None:
    """Copies and pickles are the same object, and it is false."""
    assert NotSetType() is NotSet
    assert copy.copy(NotSet) is NotSet
    assert copy.deepcopy([NotSet])[0] is NotSet
    assert pickle.loads(pickle.dumps(NotSet)) is NotSet
    assert (bool(NotSet), repr(NotSet)) == (False, "NotSet")


@pytest.mark.parametrize(
    "name",
    [
        "MAPBOX_API_TOKEN",
        "apiKey",
        "api_key",
        "KEY",
        "DB_PASSWORD",
        "dbPassword",
        "client-secret",
        "aws.secret",
        "APIKEY",
    ],
)
def test_names_that_name_secrets(name: str) -> None:
    """A word of the name says it, in whatever case it is written."""
    assert names_a_secret(name)


@pytest.mark.parametrize("name", ["monkey", "keyframe_rate", "tokenizer", "LEVEL", "", "turkeys", "passwordless"])
def test_names_that_name_none(name: str) -> None:
    """Parts of words do not count."""
    assert not names_a_secret(name)


def test_a_secret_shows_nothing() -> None:
    """Neither alone nor inside of something else."""
    secret = Secret("hunter2")

    assert (str(secret), repr(secret), f"{secret}", repr([secret])) == (MASK, MASK, MASK, f"[{MASK}]")
    assert secret == Secret("hunter2") != Secret("other")


@pytest.mark.parametrize("kind", list(Kind))
def test_an_address_is_read_as_it_is_written(kind: Kind) -> None:
    """Names may hold dots."""
    address = Address(kind, "ros.ingest_1")

    assert Address.parse(str(address)) == address
    assert Address.parse(str(address).replace(kind.value.lower(), kind.value)) == address


@pytest.mark.parametrize("text", ["", "action", "action.", ".a", "actions.a", "a"])
def test_other_text_is_no_address(text: str) -> None:
    """The message shows how addresses are written."""
    with pytest.raises(ValueError, match=r"action\.NAME"):
        Address.parse(text)


@pytest.mark.parametrize("name", ["a\n", "\na", "a b", "ä", "a%2f", "a?b", "a#b", "", ".", "..", "-x", "x" * 257])
def test_a_name_is_safe_in_a_path(name: str) -> None:
    """Whatever would change the path of a request is no name."""
    assert name_problem(Kind.ACTION, name) is not None
    assert name_problem(Kind.TRIGGER, name) is not None


def test_names_of_routes_are_taken_by_kind() -> None:
    """What is a route among actions may name a trigger, and the other way round."""
    assert name_problem(Kind.ACTION, "invocations") is not None
    assert name_problem(Kind.TRIGGER, "invocations") is None
    assert name_problem(Kind.TRIGGER, "scheduled") is not None
    assert name_problem(Kind.ACTION, "scheduled") is None


@pytest.mark.parametrize("pattern", ["*", "**", "**/*", "/**", "**/**", " **/* ", "/**/*", "***"])
def test_patterns_that_take_every_file(pattern: str) -> None:
    """Nothing but stars and slashes."""
    assert is_catch_all(pattern)


@pytest.mark.parametrize("pattern", ["", "/", "*.bag", "**/*.*", "a/**", "!**", "**/?"])
def test_patterns_that_take_some(pattern: str) -> None:
    """Anything else chooses."""
    assert not is_catch_all(pattern)


def test_every_error_with_a_status_comes_back_as_itself() -> None:
    """Code and status together name one error of our tree."""
    for error, status in STATUS.items():
        assert error_class(code=error_code(error), status=status) is error


def test_a_refusal_is_told_from_a_stranger_by_its_status() -> None:
    """Both carry the platform's code for "unauthorized"."""
    assert error_code(NotAllowed) == error_code(NotAuthenticated) == "RobotoUnauthorizedException"


@pytest.mark.parametrize(("status", "expected"), [(500, PlatformUnavailable), (502, PlatformUnavailable)])
def test_without_a_code_the_status_decides(status: int, expected: type) -> None:
    """An answer from a proxy has no envelope."""
    assert error_class(code=None, status=status) is expected
    assert error_class(code="Novelty", status=status) is expected


@pytest.mark.parametrize(("status", "expected"), [(401, NotAuthenticated), (403, NotAllowed)])
def test_who_may_not_come_in_is_told_by_the_status(status: int, expected: type) -> None:
    """Also where the envelope has the code of an outage: waiting for its end would help nobody."""
    for codes in ERROR_CODES.values():
        assert {error_class(code=code, status=status) for code in codes} <= {expected}


def test_no_code_means_two_errors() -> None:
    """Every known code leads to one error."""
    codes = [code for known in ERROR_CODES.values() for code in known]

    assert len(codes) == len(set(codes))
