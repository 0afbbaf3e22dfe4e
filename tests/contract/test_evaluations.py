"""Evaluations of triggers: what makes them, what comes of them, and how their history is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.domain.changesets import MetadataChangeset
from reconciler.domain.conditions import Comparator, Condition
from reconciler.domain.datasets import DatasetRecord, UpdateDatasetRequest, UpdateFileRequest
from reconciler.domain.evaluations import (
    TriggerEvaluationDataConstraint,
    TriggerEvaluationOutcome,
    TriggerEvaluationRecord,
    TriggerEvaluationStatus,
)
from reconciler.domain.evaluations import TriggerEvaluationOutcomeReason as Reason
from reconciler.domain.inputs import InvocationInput
from reconciler.domain.invocations import InvocationRecord, InvocationSource
from reconciler.domain.queries import QuerySpecification, SortDirection
from reconciler.domain.requests import UpdateTriggerRequest
from reconciler.domain.triggers import TriggerEvaluationCause, TriggerForEachPrimitive
from reconciler.domain.values import ComputeRequirements, ContainerParameters
from reconciler.domain.whole_platform import WholePlatform
from reconciler.errors import InvalidRequest, NotFound
from tests.contract.builders import new_action, new_trigger
from tests.contract.run_builders import new_dataset, new_import

FILE = TriggerForEachPrimitive.DatasetFile


@pytest.fixture(autouse=True)
def _action(whole: WholePlatform) -> None:
    """The action that triggers invoke by default."""
    whole.create_action(new_action())


@pytest.fixture
def dataset(whole: WholePlatform) -> DatasetRecord:
    """A dataset without files."""
    return whole.create_dataset(new_dataset())


def imported(platform: WholePlatform, dataset: DatasetRecord, *paths: str) -> list[str]:
    """Import files, and return their ids."""
    return [record.file_id for record in platform.import_files([new_import(dataset.dataset_id, p) for p in paths])]


def put(platform: WholePlatform, dataset: DatasetRecord, **fields: Any) -> None:
    """Put metadata of a dataset."""
    changeset = MetadataChangeset(put_fields=fields)
    platform.update_dataset(dataset.dataset_id, UpdateDatasetRequest(metadata_changeset=changeset))


def reasons(platform: WholePlatform, name: str = "on_bag") -> list[Reason | None]:
    """Why a trigger did not fire, evaluation by evaluation, the oldest first; None where it did."""
    found = reversed(platform.trigger_evaluations(name).items)
    assert all(each.status is TriggerEvaluationStatus.Evaluated for each in platform.trigger_evaluations(name).items)
    return [each.outcome_reason for each in found]


def runs(platform: WholePlatform) -> list[InvocationRecord]:
    """Every invocation, the oldest first."""
    return list(platform.query_invocations(QuerySpecification(sort_direction=SortDirection.Ascending)).items)


def inputs(platform: WholePlatform) -> list[list[str]]:
    """The inputs of every invocation, in order."""
    return sorted(run.input_data for run in runs(platform))


def test_a_trigger_that_fires_invokes_its_action(whole: WholePlatform, dataset: DatasetRecord) -> None:
    """With the trigger as source, its patterns as inputs, and all it says about the run."""
    compute = ComputeRequirements(vCPU=2048, memory=8192)
    container = ContainerParameters(command=["go"])
    trigger = whole.create_trigger(
        new_trigger(
            additional_inputs=["*.yaml"],
            compute_requirement_overrides=compute,
            container_parameter_overrides=container,
            timeout=7,
        )
    )

    imported(whole, dataset, "run/a.bag")

    (run,) = runs(whole)
    assert run.provenance.source.source_type is InvocationSource.Trigger
    assert run.provenance.source.source_id == trigger.trigger_id
    assert run.provenance.action.name == "ros_ingest"
    assert run.data_source.data_source_id == dataset.dataset_id
    assert run.input_data == ["**/*.bag", "*.yaml"]
    assert run.rich_input_data == InvocationInput.from_dataset_file_paths(dataset.dataset_id, run.input_data)
    assert (run.compute_requirements, run.container_parameters, run.timeout) == (compute, container, 7)


def test_parameter_values_of_the_trigger_reach_the_run(whole: WholePlatform, dataset: DatasetRecord) -> None:
    """As they are."""
    action = new_action("rated", parameters=[{"name": "rate", "required": True}])
    whole.create_action(action)
    whole.create_trigger(new_trigger(action_name="rated", parameter_values={"rate": "5"}))

    imported(whole, dataset, "a.bag")

    assert runs(whole)[0].parameter_values == {"rate": "5"}


def test_an_evaluation_tells_its_outcome(whole: WholePlatform, dataset: DatasetRecord) -> None:
    """Trigger, dataset, cause, times and outcome."""
    trigger = whole.create_trigger(new_trigger())

    imported(whole, dataset, "a.bag")

    (evaluation,) = whole.trigger_evaluations("on_bag").items
    assert evaluation.trigger_id == trigger.trigger_id
    assert evaluation.data_source.data_source_id == dataset.dataset_id
    assert evaluation.cause is TriggerEvaluationCause.FileIngest
    assert (evaluation.status, evaluation.status_detail) == (TriggerEvaluationStatus.Evaluated, None)
    assert (evaluation.outcome, evaluation.outcome_reason) == (TriggerEvaluationOutcome.InvokedAction, None)
    assert evaluation.evaluation_end is not None
    assert evaluation.evaluation_end >= evaluation.evaluation_start
    assert evaluation.evaluation_start.tzinfo is not None


def test_files_that_arrive_one_after_another_fulfil_a_dataset_trigger(
    whole: WholePlatform, dataset: DatasetRecord
) -> None:
    """It waits for all its patterns, fires once, and never again for the dataset."""
    whole.create_trigger(new_trigger(required_inputs=["*.bag", "*.yaml"]))

    imported(whole, dataset, "a.bag")
    imported(whole, dataset, "a.yaml")
    imported(whole, dataset, "b.bag")

    assert reasons(whole) == [Reason.NoMatchingFiles, None, Reason.AlreadyRun]
    assert len(runs(whole)) == 1


def test_each_dataset_counts_for_itself(whole: WholePlatform, dataset: DatasetRecord) -> None:
    """What ran for one has not run for another."""
    other = whole.create_dataset(new_dataset("run-43"))
    whole.create_trigger(new_trigger())

    imported(whole, dataset, "a.bag")
    imported(whole, other, "a.bag")

    assert reasons(whole) == [None, None]
    assert {run.data_source.data_source_id for run in runs(whole)} == {dataset.dataset_id, other.dataset_id}


def test_a_file_trigger_invokes_for_each_file_once(whole: WholePlatform, dataset: DatasetRecord) -> None:
    """Each run gets its file as a pattern that takes in nothing else, and the additional inputs."""
    whole.create_trigger(new_trigger(for_each=FILE, additional_inputs=["*.yaml"]))

    imported(whole, dataset, "b.bag", "x/[a].bag", "c.txt")
    imported(whole, dataset, "d.bag")
    imported(whole, dataset, "e.txt")

    assert inputs(whole) == [["/b.bag", "*.yaml"], ["/d.bag", "*.yaml"], ["x/\\[a\\].bag", "*.yaml"]]
    assert reasons(whole) == [None, None, Reason.NoMatchingFiles]


def test_a_file_that_is_replaced_is_worked_on_again(whole: WholePlatform, dataset: DatasetRecord) -> None:
    """Another version is another file to a trigger; the same version is not."""
    whole.create_trigger(new_trigger(for_each=FILE))

    (file_id,) = imported(whole, dataset, "a.bag")
    whole.update_file(file_id, UpdateFileRequest(ingestion_complete=True))
    imported(whole, dataset, "a.bag")

    assert reasons(whole) == [None, Reason.AlreadyRun, None]
    assert len(runs(whole)) == 2


def test_an_upload_is_told_with_its_transaction(whole: WholePlatform, dataset: DatasetRecord, tmp_path: Path) -> None:
    """For each file, only those of the upload count, and the record says so; for each dataset, all do."""
    imported(whole, dataset, "a.bag")
    whole.create_trigger(new_trigger("each", for_each=FILE))
    whole.create_trigger(new_trigger("whole", required_inputs=["a.bag", "b.bag"]))
    (tmp_path / "b.bag").write_bytes(b"bag")

    (record,) = whole.upload_files(dataset.dataset_id, {"b.bag": tmp_path / "b.bag"})

    (each,), (all_,) = whole.trigger_evaluations("each").items, whole.trigger_evaluations("whole").items
    assert (each.cause, all_.cause) == (TriggerEvaluationCause.FileUpload, TriggerEvaluationCause.FileUpload)
    assert each.data_constraint == TriggerEvaluationDataConstraint(transaction_id=record.upload_id)
    assert all_.data_constraint is None
    assert inputs(whole) == [["/b.bag"], ["a.bag", "b.bag"]]


def test_a_condition_is_asked_again_when_metadata_changes(whole: WholePlatform, dataset: DatasetRecord) -> None:
    """All files of the dataset count then."""
    condition = Condition(field="metadata.sensor", comparator=Comparator.Equals, value="lidar")
    whole.create_trigger(new_trigger(condition=condition))
    whole.create_trigger(new_trigger("each", for_each=FILE, condition=condition))
    imported(whole, dataset, "a.bag", "b.bag")

    put(whole, dataset, sensor="radar")
    put(whole, dataset, sensor="lidar")

    assert reasons(whole) == [Reason.ConditionNotMet, Reason.ConditionNotMet, None]
    assert reasons(whole, "each") == [Reason.ConditionNotMet, Reason.ConditionNotMet, None]
    assert inputs(whole) == [["**/*.bag"], ["/a.bag"], ["/b.bag"]]
    assert whole.trigger_evaluations("each").items[0].cause is TriggerEvaluationCause.DatasetMetadataUpdate


def test_a_file_condition_asks_the_files_record(whole: WholePlatform, dataset: DatasetRecord) -> None:
    """Its metadata, its size, its name."""
    condition = Condition(field="file.size", comparator=Comparator.GreaterThan, value=10)
    whole.create_trigger(new_trigger(for_each=FILE, condition=condition))

    whole.import_files(
        [new_import(dataset.dataset_id, path, size=size) for path, size in [("a.bag", 5), ("b.bag", 50)]]
    )

    assert inputs(whole) == [["/b.bag"]]


def test_a_disabled_trigger_is_skipped_and_goes_on_when_enabled(whole: WholePlatform, dataset: DatasetRecord) -> None:
    """The record says why; what came while it was disabled counts when the next file comes."""
    whole.create_trigger(new_trigger(enabled=False))
    imported(whole, dataset, "a.bag")

    whole.update_trigger("on_bag", UpdateTriggerRequest(enabled=True))
    imported(whole, dataset, "notes.txt")

    assert reasons(whole) == [Reason.TriggerDisabled, None]


def test_only_the_named_causes_are_heard(whole: WholePlatform, dataset: DatasetRecord) -> None:
    """A trigger that names none hears all, one with an empty list hears none."""
    whole.create_trigger(new_trigger("upload", causes=[TriggerEvaluationCause.FileUpload]))
    whole.create_trigger(new_trigger("metadata", causes=[TriggerEvaluationCause.DatasetMetadataUpdate]))
    whole.create_trigger(new_trigger("every"))
    whole.create_trigger(new_trigger("never", causes=[]))

    imported(whole, dataset, "a.txt")
    put(whole, dataset, a=1)

    heard = {name: len(whole.trigger_evaluations(name).items) for name in ("upload", "metadata", "every", "never")}
    assert heard == {"upload": 0, "metadata": 1, "every": 2, "never": 0}


def test_what_breaks_is_recorded_and_stops_nobody_else(whole: WholePlatform, dataset: DatasetRecord) -> None:
    """The event goes through, the other triggers are evaluated, and the broken one is asked again."""
    whole.create_action(new_action("rated", parameters=[{"name": "rate", "required": True}]))
    whole.create_trigger(new_trigger("broken", action_name="rated"))
    whole.create_trigger(new_trigger("sound"))

    imported(whole, dataset, "a.bag")

    (evaluation,) = whole.trigger_evaluations("broken").items
    assert evaluation.status is TriggerEvaluationStatus.Failed
    assert "rate" in (evaluation.status_detail or "")
    assert (evaluation.outcome, evaluation.outcome_reason) == (None, None)
    assert evaluation.evaluation_end is not None
    assert reasons(whole, "sound") == [None]
    whole.update_trigger("broken", UpdateTriggerRequest(parameter_values={"rate": "5"}))
    imported(whole, dataset, "b.txt")
    assert whole.trigger_evaluations("broken").items[0].outcome is TriggerEvaluationOutcome.InvokedAction


def test_a_trigger_made_again_has_run_for_nothing(whole: WholePlatform, dataset: DatasetRecord) -> None:
    """It is another one, with a history of its own."""
    whole.create_trigger(new_trigger())
    imported(whole, dataset, "a.bag")
    whole.delete_trigger("on_bag")
    whole.create_trigger(new_trigger())

    imported(whole, dataset, "b.bag")

    assert reasons(whole) == [None]
    assert len(whole.dataset_evaluations(dataset.dataset_id).items) == 2


def test_history_is_newest_first_in_pages(whole: WholePlatform, dataset: DatasetRecord) -> None:
    """Pages join without gap or repetition, whatever comes in between."""
    whole.create_trigger(new_trigger())
    for number in range(5):
        imported(whole, dataset, f"{number}.bag")
    everything = [each.trigger_evaluation_id for each in whole.trigger_evaluations("on_bag").items]

    first = whole.trigger_evaluations("on_bag", limit=2)
    imported(whole, dataset, "more.bag")
    walked, token = list(first.items), first.next_token
    while token is not None:
        page = whole.trigger_evaluations("on_bag", limit=2, page_token=token)
        walked, token = [*walked, *page.items], page.next_token

    assert [each.trigger_evaluation_id for each in walked] == everything
    assert everything == sorted(everything, reverse=True)


def test_the_history_of_a_dataset_has_every_trigger(whole: WholePlatform, dataset: DatasetRecord) -> None:
    """And no other dataset."""
    other = whole.create_dataset(new_dataset("run-43"))
    ids = {whole.create_trigger(new_trigger(name)).trigger_id for name in ("one", "two")}

    imported(whole, dataset, "a.bag")
    imported(whole, other, "a.bag")

    found = whole.dataset_evaluations(dataset.dataset_id).items
    assert {each.trigger_id for each in found} == ids
    assert {each.data_source.data_source_id for each in found} == {dataset.dataset_id}


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_limit_out_of_range_is_refused(whole: WholePlatform, limit: int) -> None:
    """A page holds 1 to 1,000 records."""
    whole.create_trigger(new_trigger())

    with pytest.raises(InvalidRequest):
        whole.trigger_evaluations("on_bag", limit=limit)


@pytest.mark.parametrize("token", ["x", "djE6anNvbjotMQ", "djE6anNvbjpudWxs", "ü"])
def test_a_token_of_somebody_elses_making_is_refused(whole: WholePlatform, dataset: DatasetRecord, token: str) -> None:
    """Also when it is well made and names no place."""
    whole.create_trigger(new_trigger())

    with pytest.raises(InvalidRequest):
        whole.trigger_evaluations("on_bag", page_token=token)
    with pytest.raises(InvalidRequest):
        whole.dataset_evaluations(dataset.dataset_id, page_token=token)


def test_history_is_its_organizations_own(
    whole: WholePlatform, whole_foreign: WholePlatform, dataset: DatasetRecord
) -> None:
    """Others learn nothing, and their triggers hear nothing of our datasets."""
    whole.create_trigger(new_trigger())
    whole_foreign.create_action(new_action())
    whole_foreign.create_trigger(new_trigger("theirs"))

    imported(whole, dataset, "a.bag")

    assert whole_foreign.trigger_evaluations("theirs").items == ()
    with pytest.raises(NotFound):
        whole_foreign.trigger_evaluations("on_bag", owner="og_ours")
    with pytest.raises(NotFound):
        whole_foreign.dataset_evaluations(dataset.dataset_id)


def test_what_is_not_there_has_no_history(whole: WholePlatform) -> None:
    """An empty page would look like "nothing happened yet"."""
    with pytest.raises(NotFound):
        whole.trigger_evaluations("nothing")
    with pytest.raises(NotFound):
        whole.dataset_evaluations("ds_nothing")


def test_a_new_trigger_has_an_empty_history(whole: WholePlatform) -> None:
    """Nothing happened yet."""
    whole.create_trigger(new_trigger())

    page = whole.trigger_evaluations("on_bag")
    expected: tuple[TriggerEvaluationRecord, ...] = ()
    assert (page.items, page.next_token) == (expected, None)
