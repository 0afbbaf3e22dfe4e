"""Values: compute, parameters, references, and what travels."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from reconciler.domain.values import (
    LEGAL_MEMORY,
    ActionParameter,
    ActionReference,
    ComputeRequirements,
    ContainerParameters,
    compute_problem,
)


@pytest.mark.parametrize(
    ("vcpu", "lowest", "highest", "count"),
    [
        (256, 512, 2048, 3),
        (512, 1024, 4096, 4),
        (1024, 2048, 8192, 7),
        (2048, 4096, 16384, 13),
        (4096, 8192, 30720, 23),
        (8192, 16384, 61440, 12),
        (16384, 32768, 122880, 12),
    ],
)
def test_the_compute_table(vcpu: int, lowest: int, highest: int, count: int) -> None:
    """Bounds and number of steps of each row, as the platform offers them."""
    memory = LEGAL_MEMORY[vcpu]

    assert (memory[0], memory[-1], len(memory)) == (lowest, highest, count)
    assert list(memory) == sorted(set(memory))


def test_the_table_has_these_rows_only() -> None:
    """Seven sizes of vCPU."""
    assert list(LEGAL_MEMORY) == [256, 512, 1024, 2048, 4096, 8192, 16384]


@pytest.mark.parametrize(
    ("vcpu", "memory"), [(vcpu, memory) for vcpu, legal in LEGAL_MEMORY.items() for memory in legal]
)
def test_every_legal_pair_is_accepted(vcpu: int, memory: int) -> None:
    """What the table lists can be asked for."""
    assert compute_problem(vcpu, memory) is None
    assert ComputeRequirements(vCPU=vcpu, memory=memory).storage == 21


@pytest.mark.parametrize("vcpu", sorted(LEGAL_MEMORY))
def test_memory_between_the_steps_is_refused_with_what_is_legal(vcpu: int) -> None:
    """Under, over, between: the message lists every legal choice."""
    legal = LEGAL_MEMORY[vcpu]
    for memory in (0, legal[0] - 1, legal[0] + 1, legal[-1] + 1024):
        with pytest.raises(ValidationError, match=", ".join(map(str, legal))):
            ComputeRequirements(vCPU=vcpu, memory=memory)


@pytest.mark.parametrize("vcpu", [0, 128, 513, 32768])
def test_an_unknown_vcpu_is_refused(vcpu: int) -> None:
    """The message lists what is offered."""
    with pytest.raises(ValidationError, match="256, 512, 1024, 2048, 4096, 8192, 16384"):
        ComputeRequirements(vCPU=vcpu, memory=1024)


def test_storage_has_a_minimum_and_there_is_no_gpu() -> None:
    """21 GiB and nothing less; gpu is false."""
    with pytest.raises(ValidationError, match="21 GiB"):
        ComputeRequirements(storage=20)
    with pytest.raises(ValidationError):
        ComputeRequirements.model_validate({"gpu": True})


@pytest.mark.parametrize(
    ("given", "kept"),
    [(None, None), (True, "True"), (5, "5"), (0.5, "0.5"), ("x", "x"), ("", ""), ({"a": 1}, "{'a': 1}"), ([1], "[1]")],
)
def test_a_default_becomes_text(given: object, kept: str | None) -> None:
    """``str(value)``, null kept."""
    assert ActionParameter(name="a", default=given).default == kept


def test_only_what_was_assigned_travels() -> None:
    """Absent is absent, null is null, all the way down."""
    assert ContainerParameters().to_wire() == {}
    assert ContainerParameters(workdir=None, command=[]).to_wire() == {"workdir": None, "command": []}
    assert ActionReference(name="a").to_wire() == {"name": "a"}


def test_unknown_members_are_ignored_on_read() -> None:
    """The platform adds members over time."""
    assert ActionReference.model_validate({"name": "a", "novelty": 1}) == ActionReference(name="a")


def test_values_are_frozen() -> None:
    """A value is not changed but replaced."""
    with pytest.raises(ValidationError, match="frozen"):
        ActionReference(name="a").name = "b"  # type: ignore[misc]  # the point of the test
