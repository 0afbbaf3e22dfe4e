"""What comments ignore, and the rules about such comments themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.diagnostics import Diagnostic
from reconciler.manifests.lint.comments import IgnoreComment
from reconciler.manifests.lint.rule import Finding
from reconciler.manifests.suggestions import did_you_mean


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found, with what is said about it in comments.

    Attributes:
        kept: What no comment ignores.
        unused: Each comment that is in order, with the rules it names that found nothing there.
        comments: All comments.
        known: Every rule there is.
    """

    kept: tuple[Diagnostic, ...]
    unused: tuple[tuple[IgnoreComment, tuple[str, ...]], ...]
    comments: tuple[IgnoreComment, ...]
    known: tuple[str, ...]


def judged(
    found: Sequence[Diagnostic], comments: Sequence[IgnoreComment], *, checked: Sequence[str], known: Sequence[str]
) -> Judged:
    """Sort out what comments ignore; a comment without a reason ignores nothing.

    ``checked`` are the names of the rules that were checked: of the others nobody knows whether they would be needed.
    """
    valid = [comment for comment in comments if comment.reason and comment.rules]
    used: set[tuple[IgnoreComment, str]] = set()
    kept: list[Diagnostic] = []
    for each in found:
        ignoring = [comment for comment in valid if _ignores(comment, each)]
        used.update((comment, each.rule) for comment in ignoring)
        if not ignoring:
            kept.append(each)
    unused = [
        (comment, tuple(rule for rule in comment.rules if rule in checked and (comment, rule) not in used))
        for comment in valid
    ]
    return Judged(tuple(kept), tuple(each for each in unused if each[1]), tuple(comments), tuple(known))


def illegal_ignore(judged: Judged) -> Iterator[Finding]:
    """An ignore comment names no rule, an unknown one, or gives no reason; it then ignores nothing.

    The reason is for whoever reads the manifest next, and asks whether it still holds.

    Bad:

    ```yaml
    uri: ghcr.io/acme/ros-ingest:latest  # reconciler: ignore[unpinned-image]
    ```

    Good:

    ```yaml
    uri: ghcr.io/acme/ros-ingest:latest  # reconciler: ignore[unpinned-image] a sandbox that follows main
    ```
    """
    for comment in judged.comments:
        if not comment.rules:
            yield Finding("this comment names no rule to ignore", comment.span, "write ignore[RULE] and why")
            continue
        for rule in comment.rules:
            if rule not in judged.known:
                yield Finding(f'there is no rule "{rule}"', comment.span, did_you_mean(rule, judged.known))
        if not comment.reason:
            yield Finding("this comment does not say why, and so ignores nothing", comment.span, "add the reason")


def unused_ignore(judged: Judged) -> Iterator[Finding]:
    """An ignore comment ignores nothing: what it was for is gone, or stands elsewhere.

    A comment is about its own line, about the line below it, or, above a document's first line, about all of it. Left
    in place, it would one day hide something else.

    Bad:

    ```yaml
    uri: ghcr.io/acme/ros-ingest:1.4.0  # reconciler: ignore[unpinned-image] a sandbox that follows main
    ```

    Good:

    ```yaml
    uri: ghcr.io/acme/ros-ingest:1.4.0
    ```
    """
    for comment, rules in judged.unused:
        for rule in rules:
            yield Finding(
                f'there is nothing here to ignore by "{rule}"', comment.span, "remove the comment, or the rule"
            )


def _ignores(comment: IgnoreComment, diagnostic: Diagnostic) -> bool:
    return diagnostic.rule in comment.rules and diagnostic.span is not None and comment.is_about(diagnostic.span)
