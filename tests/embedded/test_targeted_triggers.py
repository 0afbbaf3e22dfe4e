"""Triggers in the newer shape on the embedded platform: where they are kept, and what they do on events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.domain.conditions import Comparator, Condition
from reconciler.domain.dispatches import TriggerDispatchRecord
from reconciler.domain.dry_runs import SampleEvent, TriggerDryRunRequest
from reconciler.domain.inputs import FileSelector, InvocationInput
from reconciler.domain.invocations import InvocationUploadDestination
from reconciler.domain.platform_events import TRAITS, PlatformEventType
from reconciler.domain.requests import UpdateTriggerRequest
from reconciler.domain.trigger_shapes import (
    InvokeActionTarget,
    UpdateTargetedTriggerRequest,
)
from reconciler.domain.triggers import TriggerEvaluationCause, TriggerForEachPrimitive
from reconciler.domain.values import ActionParameter
from reconciler.embedded import events
from reconciler.embedded.dataset_event import DatasetEvent
from reconciler.embedded.event_samples import samples
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.embedded.scheduler import utc_now
from reconciler.embedded.targeted import RAISED
from reconciler.errors import InvalidRequest, NotFound
from tests.contract.builders import new_action, new_trigger
from tests.contract.run_builders import new_dataset
from tests.embedded.targeting import create, dispatches, imported, made, on, target, touch

INGESTED = "file.ingested"
FILE = TriggerForEachPrimitive.DatasetFile
CHANGED = "dataset.metadata_updated"


@pytest.fixture
def dataset_id(platform: EmbeddedPlatform) -> str:
    """A dataset without files, and an action to invoke."""
    platform.create_action(new_action(parameters=[ActionParameter(name="what")]))
    return platform.create_dataset(new_dataset()).dataset_id


def test_every_target_gets_its_turn(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """One event, several invocations, each in a slot of its own."""
    trigger = create(
        platform,
        on(CHANGED, once_per="dataset"),
        target(target_id="a", parameter_values={"what": "{{dataset.dataset_id}} by {{trigger.name}}"}, timeout=3),
        target(target_id="b", upload_destination=InvocationUploadDestination.dataset(dataset_id)),
    )

    touch(platform, dataset_id, "x")
    touch(platform, dataset_id, "y")

    first, second = sorted(made(platform), key=lambda each: each.timeout)
    assert first.parameter_values == {"what": f"{dataset_id} by on_it"}
    assert second.upload_destination == InvocationUploadDestination.dataset(dataset_id)
    assert first.provenance.source.source_id == trigger.trigger_id
    assert first.data_source.data_source_id == dataset_id
    slots = dispatches(platform, trigger)
    assert {slot.target_id: slot.result_ref for slot in slots} == {"a": first.invocation_id, "b": second.invocation_id}
    assert {slot.idempotency_token for slot in slots} == {f"dataset.metadata_updated|dataset:{dataset_id}"}


def test_occurrences_are_counted_one_by_one(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """Once per occurrence means every time."""
    create(platform, on(CHANGED, once_per="occurrence"))

    for tag in "abc":
        touch(platform, dataset_id, tag)

    assert len(made(platform)) == 3


def test_each_file_is_an_input_once(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """Files that match fire, and the same file never again, whatever else the run takes."""
    chosen = InvocationInput(files=FileSelector(ids=["fl_map"]))
    create(
        platform,
        on(INGESTED, once_per="file"),
        target(required_inputs=["*.bag"], additional_inputs=["map.osm"], invocation_input=chosen),
    )

    imported(platform, dataset_id, "a.bag", "b.bag", "c.txt", ".hidden/d.bag")
    imported(platform, dataset_id, "a.bag")

    assert sorted(each.input_data for each in made(platform)) == [["/a.bag", "map.osm"], ["/b.bag", "map.osm"]]
    assert made(platform)[0].rich_input_data == InvocationInput(
        files=[FileSelector(dataset_id=dataset_id, paths=made(platform)[0].input_data), *chosen.safe_files]
    )


def test_each_occurrence_of_a_file_counts(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """A file that is imported again is another occurrence."""
    create(platform, on(INGESTED, once_per="occurrence"), target(required_inputs=["*.bag"]))

    imported(platform, dataset_id, "a.bag", "b.bag")
    imported(platform, dataset_id, "a.bag")

    assert len(made(platform)) == 3


def test_a_dataset_is_complete_before_it_fires(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """Its files together match every pattern, whichever event brought them; each target waits for its own."""
    trigger = create(
        platform,
        on(INGESTED, once_per="dataset"),
        target(target_id="both", required_inputs=["*.bag", "*.yaml"]),
        target(target_id="bag", required_inputs=["*.bag"]),
    )

    imported(platform, dataset_id, "a.bag")
    assert [slot.target_id for slot in dispatches(platform, trigger)] == ["bag"]
    imported(platform, dataset_id, "a.yaml")
    assert [slot.target_id for slot in dispatches(platform, trigger)] == ["bag", "both"]
    assert made(platform)[1].input_data == ["*.bag", "*.yaml"]


def test_a_condition_on_the_file_is_asked_of_each(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """A trigger for each dataset fires for the first file that fulfils it, and names that file."""
    named = Condition(field="file.relative_path", comparator=Comparator.Like, value="%2.bag")
    trigger = create(
        platform,
        on(INGESTED, once_per="dataset"),
        target(parameter_values={"what": "{{file.relative_path}}"}),
        condition=named,
    )

    imported(platform, dataset_id, "1.bag", "2.bag", "12.bag")

    assert len(made(platform)) == 1
    assert made(platform)[0].parameter_values["what"] in {"2.bag", "12.bag"}
    assert len(dispatches(platform, trigger)) == 1


def test_an_upload_is_an_event_of_its_own(platform: EmbeddedPlatform, dataset_id: str, tmp_path: Path) -> None:
    """It names its transaction, and happens once however many files it brings."""
    (tmp_path / "a").write_bytes(b"a")
    trigger = create(
        platform,
        on("dataset.upload_completed", once_per="occurrence"),
        target(parameter_values={"what": "{{upload.transaction_id}}"}),
    )

    platform.upload_files(dataset_id, {"a": tmp_path / "a", "b": tmp_path / "a"})
    imported(platform, dataset_id, "c")

    (only,) = made(platform)
    assert only.parameter_values["what"].startswith("tx_")
    assert dispatches(platform, trigger)[0].subject == f"roboto://dataset/{dataset_id}"


def test_what_cannot_start_is_recorded_and_tried_again(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """A failed dispatch holds no other target up, and gives its slot to the next event."""
    trigger = create(
        platform,
        on(CHANGED, once_per="dataset"),
        target(target_id="bad", parameter_values={"ghost": 1}),
        target(target_id="good"),
    )
    touch(platform, dataset_id, "x")
    assert [(slot.target_id, slot.status.value) for slot in dispatches(platform, trigger)] == [
        ("bad", "failed"),
        ("good", "dispatched"),
    ]
    assert "ghost" in str(dispatches(platform, trigger)[0].status_detail)

    mended = [target(target_id="bad"), target(target_id="good")]
    platform.targeted_triggers.update(trigger.trigger_id, UpdateTargetedTriggerRequest(targets=mended))
    touch(platform, dataset_id, "y")

    assert [(slot.target_id, slot.status.value) for slot in dispatches(platform, trigger)] == [
        ("good", "dispatched"),
        ("bad", "dispatched"),
    ]
    assert len(made(platform)) == 2


def test_disabled_triggers_and_those_of_others_stay_silent(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """Nothing is caught up with when a trigger is enabled again."""
    trigger = create(platform, on(CHANGED, once_per="occurrence"), enabled=False)
    touch(platform, dataset_id, "x")

    platform.targeted_triggers.update(trigger.trigger_id, UpdateTargetedTriggerRequest(enabled=True))

    assert made(platform) == []
    touch(platform, dataset_id, "y")
    assert len(made(platform)) == 1


def test_what_a_crash_leaves_waiting_is_seen_the_next_time(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """Noted with the event; whoever comes by next goes on."""
    create(platform, on(CHANGED, once_per="occurrence"))
    cause = TriggerEvaluationCause.DatasetMetadataUpdate
    event = DatasetEvent("og_local", dataset_id, cause, file_ids=(), transaction_id=None)
    with platform._store.atomic() as rows:
        events.note(rows, event, now=utc_now())
    assert made(platform) == []

    platform.evaluate_pending()
    platform.evaluate_pending()

    assert len(made(platform)) == 1


def test_what_is_gone_meanwhile_is_not_fired_for(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """A deleted trigger, a deleted dataset: the event is forgotten."""
    trigger = create(platform, on(CHANGED, once_per="occurrence"))
    cause = TriggerEvaluationCause.DatasetMetadataUpdate
    with platform._store.atomic() as rows:
        for gone in ("ds_ghost", dataset_id):
            event = DatasetEvent("og_local", gone, cause, file_ids=(), transaction_id=None)
            events.note(rows, event, now=utc_now())
    platform.targeted_triggers.delete(trigger.trigger_id)

    platform.evaluate_pending()

    assert made(platform) == []


def test_what_ran_as_an_older_trigger_does_not_run_again_as_a_newer_one(
    platform: EmbeddedPlatform, dataset_id: str
) -> None:
    """A second target is added: the first has had its turn for this dataset, the second has not."""
    older = platform.create_trigger(new_trigger(required_inputs=["*.bag"], causes=[TriggerEvaluationCause.FileIngest]))
    imported(platform, dataset_id, "a.bag")
    triggers = platform.targeted_triggers
    (first,) = triggers.get(older.trigger_id).targets
    assert isinstance(first, InvokeActionTarget)

    second = first.model_copy(update={"target_id": "second"})
    changed = triggers.update(older.trigger_id, UpdateTargetedTriggerRequest(targets=[first, second]))
    imported(platform, dataset_id, "b.bag")

    assert changed.trigger_id == older.trigger_id
    assert [each.idempotency_id for each in made(platform)] == [
        f"{older.trigger_id}/{dataset_id}",
        f"{older.trigger_id}/file.ingested|dataset:{dataset_id}/second",
    ]
    with pytest.raises(NotFound):
        platform.get_trigger(older.name)

    triggers.update(older.trigger_id, UpdateTargetedTriggerRequest(targets=[first]))
    imported(platform, dataset_id, "c.bag")

    assert platform.get_trigger(older.name).trigger_id == older.trigger_id
    assert len(made(platform)) == 2


def test_files_are_remembered_across_shapes(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """The same for triggers that fire for each file."""
    older = platform.create_trigger(
        new_trigger(required_inputs=["*.bag"], for_each=TriggerForEachPrimitive.DatasetFile)
    )
    imported(platform, dataset_id, "a.bag")
    triggers = platform.targeted_triggers
    (first,) = triggers.get(older.trigger_id).targets
    assert isinstance(first, InvokeActionTarget)
    wider = first.model_copy(update={"parameter_values": {"what": "{{file.name}}"}})

    changed = UpdateTargetedTriggerRequest(fires_on=on(INGESTED, once_per="file"), targets=[wider])
    triggers.update(older.trigger_id, changed)
    imported(platform, dataset_id, "a.bag", "b.bag")
    triggers.update(older.trigger_id, UpdateTargetedTriggerRequest(targets=[first]))
    platform.evaluate_pending()
    touch(platform, dataset_id, "x")

    assert [each.input_data for each in made(platform)] == [["/a.bag"], ["/b.bag"]]


def test_dispatches_of_an_older_trigger_are_what_it_invoked(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """Told from its evaluations, page by page, in the words of the newer shape."""
    older = platform.create_trigger(
        new_trigger(required_inputs=["*.bag"], for_each=TriggerForEachPrimitive.DatasetFile)
    )
    ids = imported(platform, dataset_id, "a.bag", "b.bag", "c.bag")
    imported(platform, dataset_id, "d.txt")
    triggers = platform.targeted_triggers

    found: list[TriggerDispatchRecord] = []
    page = triggers.dispatches(older.trigger_id, limit=2)
    while True:
        found += page.items
        if page.next_token is None:
            break
        page = triggers.dispatches(older.trigger_id, limit=2, page_token=page.next_token)

    assert {slot.idempotency_token for slot in found} == {f"file.ingested|file:{file_id}" for file_id in ids}
    assert {slot.result_ref for slot in found} == {each.invocation_id for each in made(platform)}
    assert len(found) == 3


def test_pages_of_dispatches_lose_nothing(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """Newest first, and an odd page size is refused."""
    trigger = create(platform, on(CHANGED, once_per="occurrence"))
    for tag in "abcde":
        touch(platform, dataset_id, tag)
    triggers = platform.targeted_triggers

    first = triggers.dispatches(trigger.trigger_id, limit=3)
    second = triggers.dispatches(trigger.trigger_id, limit=3, page_token=first.next_token)

    assert [slot.result_ref for slot in (*first.items, *second.items)] == [
        each.invocation_id for each in reversed(made(platform))
    ]
    assert second.next_token is None
    with pytest.raises(InvalidRequest):
        triggers.dispatches(trigger.trigger_id, limit=0)
    with pytest.raises(InvalidRequest):
        triggers.dispatches(trigger.trigger_id, page_token="x")


def verdict(platform: EmbeddedPlatform, trigger_id: str, **members: Any) -> tuple[bool, dict[str, str]]:
    """Return whether a dry run fires, and how each gate stands."""
    answer = platform.targeted_triggers.dry_run(trigger_id, TriggerDryRunRequest(**members))
    return answer.would_fire, {gate.gate.value: gate.status.value for gate in answer.gates}


def test_a_dry_run_stops_at_the_first_gate_that_does_not_pass(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """Gate by gate, until it would fire; and nothing was invoked."""
    tagged = Condition(field="tags", comparator=Comparator.Contains, value="go")
    trigger = create(
        platform,
        on(INGESTED, once_per="dataset"),
        target(required_inputs=["*.bag"]),
        target(target_id="u"),
        condition=tagged,
        enabled=False,
    )
    triggers = platform.targeted_triggers
    reached = [verdict(platform, trigger.trigger_id, dataset_id=dataset_id)]
    triggers.update(trigger.trigger_id, UpdateTargetedTriggerRequest(enabled=True))
    reached.append(verdict(platform, trigger.trigger_id, dataset_id=dataset_id))
    touch(platform, dataset_id, "go")
    reached.append(verdict(platform, trigger.trigger_id, dataset_id=dataset_id))

    fires, gates = reached[0]
    assert (fires, gates["enabled"], gates["condition"]) == (False, "failed", "not_evaluated")
    fires, gates = reached[1]
    assert (fires, gates["condition"], gates["target_prefilter"]) == (False, "failed", "not_evaluated")
    assert reached[2] == (True, dict.fromkeys(gates, "passed"))
    assert made(platform) == []


@pytest.mark.parametrize("kind", RAISED)
def test_a_sample_can_be_tried_as_it_is_shown(platform: EmbeddedPlatform, dataset_id: str, kind: str) -> None:
    """Its ids are of nothing that is there, and stand for what the sample says of them."""
    fields = {"invocation": "invocation.last_status", "file": "file.metadata.leg", "dataset": "dataset.tags"}
    entity = TRAITS[PlatformEventType(kind)].entity
    seen = Condition(field=fields[entity], comparator=Comparator.Exists)
    inputs = [] if entity == "invocation" else ["logs/*.mcap"]
    trigger = create(platform, on(kind, once_per="occurrence"), target(required_inputs=inputs), condition=seen)
    sample = samples()[kind]

    fires, gates = verdict(platform, trigger.trigger_id, event=SampleEvent.model_validate(sample["event"]))

    assert (fires, set(gates.values())) == (True, {"passed"})


def test_a_dry_run_knows_what_has_fired(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """Of triggers in either shape."""
    newer = create(platform, on(INGESTED, once_per="dataset"))
    older = platform.create_trigger(
        new_trigger(required_inputs=["*.bag"], for_each=TriggerForEachPrimitive.DatasetFile)
    )
    (file_id,) = imported(platform, dataset_id, "a.bag")

    assert verdict(platform, newer.trigger_id, dataset_id=dataset_id)[1]["already_fired"] == "failed"
    assert verdict(platform, older.trigger_id, file_id=file_id)[1]["already_fired"] == "failed"
    platform.update_trigger(older.name, UpdateTriggerRequest(required_inputs=["*.yaml"]))
    assert verdict(platform, older.trigger_id, file_id=file_id)[1]["target_prefilter"] == "failed"


def test_a_dry_run_of_what_the_trigger_does_not_hear_of(platform: EmbeddedPlatform, dataset_id: str) -> None:
    """The first gate is whether it listens; whatever is not there is not found."""
    trigger = create(platform, on(CHANGED, once_per="dataset"))

    for members in (
        {"scheduled_for": "2026-01-01T00:00:00Z"},
        {"dataset_id": dataset_id, "event_type": "file.uploaded"},
        {"event": {"id": "e", "type": "file.uploaded", "data": {"dataset_id": dataset_id}}},
    ):
        assert verdict(platform, trigger.trigger_id, **members)[1]["subscribed"] == "failed"
    for members in ({"dataset_id": "ds_ghost"}, {"file_id": "fl_ghost"}, {"event_id": "ev"}, {"invocation_id": "iv"}):
        with pytest.raises(NotFound):
            verdict(platform, trigger.trigger_id, **members)
    with pytest.raises(ValueError, match="only one"):
        TriggerDryRunRequest(dataset_id="a", file_id="b")
