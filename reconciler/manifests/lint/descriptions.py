"""Rules about what people and budgets need to know of an action."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.domain.actions import ActionSpec
from reconciler.manifests.lint.rule import Finding
from reconciler.manifests.lint.subject import Manifests
from reconciler.manifests.problems import pointer_of


def missing_description(manifests: Manifests) -> Iterator[Finding]:
    """An action or one of its parameters has no description.

    Whoever looks for an action on the platform, or fills in its parameters, sees these words and nothing else.

    Bad:

    ```yaml
    spec:
      uri: ghcr.io/acme/detect:0.8.3
      parameters:
        confidence: { default: "0.35" }
    ```

    Good:

    ```yaml
    spec:
      uri: ghcr.io/acme/detect:0.8.3
      short_description: Detect people and pallets in camera images.
      parameters:
        confidence: { description: "Detections below this are dropped, 0 to 1.", default: "0.35" }
    ```
    """
    for action, spec in manifests.actions():
        if not (spec.description or spec.short_description):
            place = manifests.at(action, "/metadata/name")
            yield Finding("the action has no description", place, "add short_description: one line on what it does")
        for parameter in spec.parameters:
            if not parameter.description:
                place = manifests.at(action, pointer_of(("spec", "parameters", parameter.name)))
                summary = f'parameter "{parameter.name}" has no description'
                yield Finding(summary, place, "say what it means, and in which unit")


def missing_timeout(manifests: Manifests) -> Iterator[Finding]:
    """An action has no timeout of its own.

    A run that hangs then ends by the platform's default alone, which is hours away and paid for.

    Bad:

    ```yaml
    spec:
      uri: ghcr.io/acme/ros-ingest:1.4.0
    ```

    Good:

    ```yaml
    spec:
      uri: ghcr.io/acme/ros-ingest:1.4.0
      timeout: 60   # minutes
    ```
    """
    for action, spec in manifests.actions():
        if all(each.timeout is None for each in _known(manifests, spec)):
            place = manifests.at(action, "/metadata/name")
            yield Finding("the action has no timeout", place, "add timeout: the longest run in minutes")


def _known(manifests: Manifests, spec: ActionSpec) -> list[ActionSpec]:
    return [spec, *(manifests.lineage(spec.inherits) if spec.inherits else ())]
