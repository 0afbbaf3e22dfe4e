"""What makes a trigger in the newer shape legal: every problem at once, in words. Pure.

=====================  ===========================================================================================
events                 at least one; about the same kind of entity; ``once_per`` legal for each; ``schedule.fired``
                       is no event to subscribe to
targets                at least one, with ids of their own
patterns               only where every event names a dataset; events on files, once per file or occurrence, need
                       ``required_inputs``: the file is the input and must match one
conditions             look at roots every event exposes, the event (``envelope``) and the ``trigger``
placeholders           the same; in a query within quotes
=====================  ===========================================================================================
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from reconciler.domain.conditions import ConditionType, fields_of
from reconciler.domain.placeholders import paths_in, unquoted_queries
from reconciler.domain.platform_events import (
    EVERYWHERE,
    ROOTS,
    TRAITS,
    OncePer,
    PlatformEventType,
    shared_roots,
)
from reconciler.domain.trigger_shapes import EventSubscription, InvokeActionTarget, TriggerSource, TriggerTarget
from reconciler.domain.triggers import is_catch_all, patterns_problem

_UNSUPPORTED_ROOTS = frozenset({"topic", "msgpath", "message_path"})


def trigger_problems(
    fires_on: TriggerSource, condition: ConditionType | None, targets: Iterable[TriggerTarget]
) -> list[str]:
    """Return everything that is wrong with a trigger, with its place."""
    listed = list(targets)
    roots = exposed_roots(fires_on)
    problems = [*_source_problems(fires_on), *_condition_problems(condition, roots), *_id_problems(listed)]
    for target in listed:
        problems += [
            f'targets: "{target.target_id}" {problem}' for problem in _target_problems(target, fires_on, roots)
        ]
    return problems


def exposed_roots(fires_on: TriggerSource) -> frozenset[str]:
    """Return the roots that every event a trigger fires on exposes."""
    if isinstance(fires_on, EventSubscription):
        return shared_roots(fires_on.events)
    return shared_roots([PlatformEventType.ScheduleFired])


def _source_problems(fires_on: TriggerSource) -> Iterator[str]:
    if not isinstance(fires_on, EventSubscription):
        return
    if not fires_on.events:
        yield "fires_on.events: name at least one event"
    if PlatformEventType.ScheduleFired in fires_on.events:
        yield 'fires_on.events: "schedule.fired" cannot be subscribed to; write {"type": "schedule", "cron": ...}'
    entities = sorted({TRAITS[event].entity for event in fires_on.events})
    if len(entities) > 1:
        yield f"fires_on.events: events on {_listed(entities)} do not go together; make a trigger for each"
    for event in dict.fromkeys(fires_on.events):
        legal = TRAITS[event].once_per
        if fires_on.once_per not in legal:
            choices = _listed(once_per.value for once_per in OncePer if once_per in legal)
            yield f'fires_on.once_per: "{event.value}" does not go with "{fires_on.once_per.value}"; choose {choices}'


def _condition_problems(condition: ConditionType | None, roots: Collection[str]) -> Iterator[str]:
    for path in dict.fromkeys(fields_of(condition) if condition is not None else ()):
        root = path.partition(".")[0]
        if root in _UNSUPPORTED_ROOTS:
            yield f'condition: "{path}" is about a {root}, which conditions of triggers cannot look at'
        elif root in ROOTS - EVERYWHERE and root not in roots:
            choices = _listed(sorted(EVERYWHERE.union(roots)))
            yield f'condition: "{path}" is not there for every event; look at {choices}'


def _id_problems(targets: list[TriggerTarget]) -> Iterator[str]:
    if not targets:
        yield "targets: name at least one target"
    for target_id, count in Counter(target.target_id for target in targets).items():
        if not target_id.strip():
            yield "targets: a target_id must not be blank"
        if count > 1:
            yield f'targets: "{target_id}" is the id of {count} targets; each needs its own'


def _target_problems(target: TriggerTarget, fires_on: TriggerSource, roots: Collection[str]) -> Iterator[str]:
    if isinstance(target, InvokeActionTarget):
        yield from _pattern_problems(target, fires_on, roots)
    known = EVERYWHERE.union(roots)
    for path in paths_in(target):
        if path.partition(".")[0] not in known:
            yield f"has the placeholder {{{{{path}}}}}, which not every event can fill in; use {_listed(sorted(known))}"
    for path in unquoted_queries(target):
        yield f'has the placeholder {{{{{path}}}}} in a query outside of quotes; write "{{{{{path}}}}}"'


def _pattern_problems(target: InvokeActionTarget, fires_on: TriggerSource, roots: Collection[str]) -> Iterator[str]:
    patterns = {"required_inputs": target.required_inputs, "additional_inputs": target.additional_inputs}
    for field, listed in patterns.items():
        if not listed:
            continue
        if "dataset" not in roots:
            yield f"has {field}, but not every event names a dataset whose files they could match; use invocation_input"
        elif (problem := patterns_problem(listed)) is not None:
            yield f"has {field} of which {problem}"
    if not _is_per_file(fires_on):
        return
    if not target.required_inputs:
        yield "has no required_inputs; below once_per dataset the event's file is the input and must match one"
    for pattern in filter(is_catch_all, target.required_inputs):
        yield f'has the pattern "{pattern}", which takes every file; that is not allowed below once_per dataset'


def _is_per_file(fires_on: TriggerSource) -> bool:
    if not isinstance(fires_on, EventSubscription) or fires_on.once_per is OncePer.Dataset:
        return False
    return any(TRAITS[event].entity == "file" for event in fires_on.events)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)
