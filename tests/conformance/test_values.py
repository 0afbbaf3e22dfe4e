"""Our values against the official package: both read the same from the same JSON, or both refuse."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic.fields import FieldInfo

import reconciler.actions
from tests.conformance.oracle import Oracle
from tests.domain_actions.builders import DATASET, INSTANT
from tests.domain_actions.facts import FACTS, FROM_VALUE, NEXT, RUNNING, TERMINAL, TRANSITIONS


def dump(class_name: str, members: dict[str, Any]) -> list[Any] | None:
    """Return what was set and everything, as JSON; None when our class refuses."""
    try:
        value = getattr(reconciler.actions, class_name).model_validate(members)
    except ValidationError:
        return None
    return [value.to_wire(), value.model_dump(mode="json")]


def test_the_facts_are_facts(old_oracle: Oracle) -> None:
    """The official package sends what each fact says, and ours agrees with it in everything, defaults included."""
    for fact in FACTS:
        answer = old_oracle.ask("dump", fact.class_name, fact.given)
        assert (answer and answer[0]) == fact.sent, fact
        assert dump(fact.class_name, fact.given) == answer, fact


def test_the_table_of_statuses_is_the_official_one(old_oracle: Oracle) -> None:
    """Transitions, stages and texts are those of the official enum."""
    expected = {
        name: {
            "value": int(reconciler.actions.InvocationStatus[name]),
            "text": name,
            "running": name in RUNNING,
            "terminal": name in TERMINAL,
            "next": NEXT[name],
            "to": [
                other.name
                for other in reconciler.actions.InvocationStatus
                if other.name == name or other.name in allowed
            ],
        }
        for name, allowed in TRANSITIONS.items()
    }
    assert old_oracle.ask("statuses") == expected


def test_statuses_are_read_as_officially(old_oracle: Oracle) -> None:
    """The table of numbers and names is the official one."""
    assert [(value, old_oracle.ask("status_of", value)) for value, _ in FROM_VALUE] == FROM_VALUE


#: Values that fit some field of some class, and values that fit hardly any.
ODDMENTS = st.sampled_from(
    [
        *(None, True, 0, 5, 998, -1, 1.5, "", "x", "5", "PT3S", INSTANT),
        *("Dataset", "Trigger", "action", "pending", "file_upload", "organization"),
        *([], [""], ["a", "b"], [1], [{"ids": ["a"]}], {}, {"a": 1}, {"ids": ["a"]}, {"paths": ["a"]}, DATASET),
    ]
)

FLAT = [
    "ActionParameter",
    "ActionProvenance",
    "ActionReference",
    "CancelActiveInvocationsRequest",
    "ContainerParameters",
    "CreateInvocationRequest",
    "DataSelector",
    "ExecutableProvenance",
    "FileSelector",
    "InvocationDataSource",
    "InvocationInput",
    "InvocationStatusRecord",
    "InvocationUploadDestination",
    "LogRecord",
    "LogsLocation",
    "QueryTriggersRequest",
    "SetActionAccessibilityRequest",
    "SetContainerInfoRequest",
    "SetLogsLocationRequest",
    "SourceProvenance",
    "TriggerEvaluationDataConstraint",
    "TriggerEvaluationRecord",
    "TriggerEvaluationsSummaryResponse",
    "UpdateInvocationStatus",
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=500)
@given(data=st.data(), class_name=st.sampled_from(FLAT))
def test_odd_members_are_read_or_refused_as_officially(
    old_oracle: Oracle, class_name: str, data: st.DataObject
) -> None:
    """Whatever the members hold, both read the same value or both refuse."""
    fields: dict[str, FieldInfo] = getattr(reconciler.actions, class_name).model_fields
    required = dict.fromkeys((name for name, field in fields.items() if field.is_required()), ODDMENTS)
    optional = dict.fromkeys(fields.keys() - required.keys(), ODDMENTS)
    members = data.draw(st.fixed_dictionaries(required, optional=optional))
    assert dump(class_name, members) == old_oracle.ask("dump", class_name, members)
