"""Rules about container images."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconciler.manifests.lint.rule import Finding
from reconciler.manifests.lint.subject import Manifests

#: Tags that registries and release pipelines move on by custom.
MOVING_TAGS: Final = frozenset(
    {"latest", "main", "master", "trunk", "head", "stable", "edge", "nightly", "dev", "develop", "snapshot"}
)


def unpinned_image(manifests: Manifests) -> Iterator[Finding]:
    """An action's image has no tag, or one that moves, such as `latest`.

    The platform pulls the image anew: what runs tonight need not be what was reviewed, no plan shows the change, and
    rolling the action back does not bring the old image back.

    Bad:

    ```yaml
    spec:
      uri: ghcr.io/acme/ros-ingest:latest
    ```

    Good:

    ```yaml
    spec:
      uri: ghcr.io/acme/ros-ingest:1.4.0
    ```
    """
    for action, spec in manifests.actions():
        if not spec.uri or "@" in spec.uri:
            continue
        tag = _tag(spec.uri)
        if tag and tag.lower() not in MOVING_TAGS:
            continue
        summary = f'the image\'s tag "{tag}" moves on' if tag else "the image has no tag, which means latest"
        hint = "name a version, such as :1.4.0, or a digest"
        yield Finding(summary, manifests.at(action, "/spec/uri"), hint)


def image_without_digest(manifests: Manifests) -> Iterator[Finding]:
    """An action's image is named by tag alone, which its registry lets be overwritten.

    Only a digest names one image for ever. Where the registry makes tags immutable, a tag is as good; that is why this
    rule is only checked when it is selected.

    Bad:

    ```yaml
    spec:
      uri: ghcr.io/acme/ros-ingest:1.4.0
    ```

    Good:

    ```yaml
    spec:
      uri: ghcr.io/acme/ros-ingest:1.4.0@sha256:5f1d2b7c4a9e8036d1c2b3a4958677e8f90a1b2c3d4e5f60718293a4b5c6d7e8
    ```
    """
    for action, spec in manifests.actions():
        if spec.uri and "@" not in spec.uri:
            place = manifests.at(action, "/spec/uri")
            yield Finding("the image is named without its digest", place, "add @sha256:... behind the tag")


def _tag(uri: str) -> str:
    # A colon before the last slash belongs to the registry's port.
    return uri.rpartition("/")[2].partition(":")[2]
