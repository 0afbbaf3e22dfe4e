"""Scope: which resources ``--target``, ``--exclude`` and ``--label`` leave in the plan."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from reconciler.domain.address import Address
from reconciler.errors import ConfigurationError
from reconciler.manifests.desired import Desired, Resource
from reconciler.plan.model import Scope
from reconciler.plan.references import needed
from reconciler.plan.suggestion import suggester


def chosen(
    desired: Desired, scope: Scope, *, org_id: str, owned: Collection[Address] = ()
) -> Mapping[Address, Resource]:
    """Return the resources to plan: targets that carry every label, what they rest on, without the excluded.

    A target may also be one that is ``owned`` and in no manifest any more.

    Raises:
        ConfigurationError: A target, an excluded address or a label is in no manifest.
    """
    if scope.is_everything:
        return desired.resources
    _refuse_unknown(desired, scope, owned=owned)
    wanted = desired.resources if scope.targets is None else scope.targets
    start = [address for address in wanted if address in desired.resources]
    picked = {address for address in start if _carries(desired.resources[address], scope)}
    if start and not picked:
        raise ConfigurationError(
            f"no resource carries {_labels(scope)}", hint="labels stand in the manifests under metadata.labels"
        )
    if scope.targets is not None:
        picked = _with_needs(picked, desired, org_id=org_id)
    picked -= set(scope.excludes)
    return {address: resource for address, resource in desired.resources.items() if address in picked}


def _carries(resource: Resource, scope: Scope) -> bool:
    return all(resource.labels.get(key) == value for key, value in scope.labels)


def _labels(scope: Scope) -> str:
    return " and ".join(f"{key}={value}" for key, value in scope.labels)


def _with_needs(addresses: set[Address], desired: Desired, *, org_id: str) -> set[Address]:
    found: set[Address] = set()
    for start in addresses:
        at: Address | None = start
        while at is not None and at in desired.resources and at not in found:
            found.add(at)
            at = needed(desired.resources[at].spec, org_id=org_id)
    return found


def _refuse_unknown(desired: Desired, scope: Scope, *, owned: Collection[Address]) -> None:
    named = (*(scope.targets or ()), *scope.excludes)
    unknown = [address for address in named if address not in desired.resources and address not in owned]
    if not unknown:
        return
    suggest = suggester(map(str, desired.resources))
    hints = dict.fromkeys(hint for address in unknown if (hint := suggest(str(address))))
    raise ConfigurationError(
        f"{', '.join(map(str, unknown))} {'is' if len(unknown) == 1 else 'are'} in no manifest",
        hint=" ".join(hints) or "write action.NAME or trigger.NAME as the manifests name it",
    )
