"""What would come of a trigger for a dataset, and why: nothing is written, on whichever platform the dataset is."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.domain.actions import ActionRecord
from reconciler.domain.conditions import Comparator, Condition, ConditionGroup, ConditionOperator
from reconciler.domain.datasets import FileRecord, QueryFilesRequest
from reconciler.domain.evaluations import TriggerEvaluationOutcome
from reconciler.domain.queries import PAGE_LIMIT, QuerySpecification, each_of_pages
from reconciler.domain.triggers import TriggerForEachPrimitive, TriggerSpec
from reconciler.domain.values import ActionReference
from reconciler.domain.whole_platform import WholePlatform
from reconciler.embedded.effective import EffectiveAction
from reconciler.embedded.evaluation import Evaluation, Facts, evaluate, file_key, looks_at_files
from reconciler.errors import PlatformError


def explain(
    platform: WholePlatform,
    trigger: TriggerSpec,
    *,
    dataset_id: str,
    trigger_id: str | None = None,
    owner: str | None = None,
) -> Evaluation:
    """Evaluate a trigger for all files of a dataset, without effect.

    A trigger that is live is named by ``trigger_id``: what it ran for already then counts. Files are told by the
    idempotency ids of its invocations, which another platform may form in its own way: there, none counts.

    Raises:
        NotFound: No such dataset.
    """
    dataset = platform.get_dataset(dataset_id, owner=owner)
    files = list(_files(platform, dataset_id, owner))
    per_file = trigger.for_each is TriggerForEachPrimitive.DatasetFile
    return evaluate(
        trigger,
        Facts(
            dataset=dataset.model_dump(),
            paths=[file.relative_path for file in files],
            files={file.relative_path: file.model_dump() for file in files} if looks_at_files(trigger) else {},
            ran=trigger_id is not None and not per_file and _ran(platform, trigger_id, dataset_id, owner),
            ran_for=_ran_for(platform, trigger_id, dataset_id, files, owner) if trigger_id and per_file else (),
        ),
    )


def refusals(platform: WholePlatform, trigger: TriggerSpec) -> list[str]:
    """Say why the action of a trigger would refuse what it gives: then it may fire, and nothing is run."""
    line: list[ActionRecord] = []
    wanted: ActionReference | None = trigger.action
    while wanted is not None:
        try:
            line.append(platform.get_action(wanted.name, digest=wanted.digest, owner=wanted.owner))
        except PlatformError as error:
            return [error.message]
        parent = line[-1].inherits
        wanted = parent and parent.model_copy(update={"owner": parent.owner or line[-1].org_id})
        if wanted is not None and wanted.name in {each.name for each in line if each.org_id == wanted.owner}:
            return [f'action "{wanted.name}" inherits from itself']
    return EffectiveAction.of(line).parameter_problems(trigger.parameter_values)


def _files(platform: WholePlatform, dataset_id: str, owner: str | None) -> Iterator[FileRecord]:
    return each_of_pages(
        lambda token: platform.query_files(dataset_id, QueryFilesRequest(page_token=token), owner=owner)
    )


def _ran(platform: WholePlatform, trigger_id: str, dataset_id: str, owner: str | None) -> bool:
    evaluations = each_of_pages(lambda token: platform.dataset_evaluations(dataset_id, page_token=token, owner=owner))
    return any(
        each.trigger_id == trigger_id and each.outcome is TriggerEvaluationOutcome.InvokedAction for each in evaluations
    )


def _ran_for(
    platform: WholePlatform, trigger_id: str, dataset_id: str, files: list[FileRecord], owner: str | None
) -> frozenset[str]:
    made = ConditionGroup(
        operator=ConditionOperator.And,
        conditions=[
            Condition(field="provenance.source.source_id", comparator=Comparator.Equals, value=trigger_id),
            Condition(field="data_source.data_source_id", comparator=Comparator.Equals, value=dataset_id),
        ],
    )
    invocations = each_of_pages(
        lambda token: platform.query_invocations(
            QuerySpecification(condition=made, limit=PAGE_LIMIT, after=token), owner=owner
        )
    )
    keys = {invocation.idempotency_id for invocation in invocations}
    return frozenset(file.relative_path for file in files if file_key(trigger_id, file.file_id, file.version) in keys)
