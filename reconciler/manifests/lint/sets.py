"""Rules about parameter sets."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.manifests.lint.rule import Finding
from reconciler.manifests.lint.subject import Manifests


def unused_parameter_set(manifests: Manifests) -> Iterator[Finding]:
    """No action takes in a parameter set.

    It is left over, or its name is missing under some action's `parameter_sets`: then the action runs without what
    everybody believes it has.

    Bad:

    ```yaml
    kind: ParameterSet
    metadata: { name: time_window }   # and no action names it
    ```

    Good:

    ```yaml
    kind: Action
    spec:
      parameter_sets: [time_window]
    ```
    """
    for each in manifests.sets:
        if not each.is_used:
            place = manifests.at(each, "/metadata/name")
            summary = f'no action here uses parameter set "{each.name}"'
            yield Finding(summary, place, "name it under parameter_sets of an action, or remove it")
