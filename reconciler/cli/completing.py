"""What the shell completes besides options: environments, resources, labels and lint rules of the project here.

Whoever presses TAB wants a word or nothing: what is wrong with the project is told by the commands, never here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from reconciler.config import Flags
    from reconciler.domain.address import Address
    from reconciler.manifests.desired import Resource

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def files(_context: click.Context, _option: click.Parameter, typed: str) -> list[CompletionItem]:
    """Leave it to the shell, which knows the files and folders."""
    return [CompletionItem(typed, type="file")]


def folders(_context: click.Context, _option: click.Parameter, typed: str) -> list[CompletionItem]:
    """Leave it to the shell, which knows the folders."""
    return [CompletionItem(typed, type="dir")]


def platforms(_context: click.Context, _option: click.Parameter, typed: str) -> list[CompletionItem]:
    """Offer the kinds of platform."""
    return _beginning(typed, ("roboto", "embedded"))


def environments(context: click.Context, _option: click.Parameter, typed: str) -> list[CompletionItem]:
    """Offer the environments of the project."""
    from reconciler.environments import ALL

    names = _environments(context)
    return _beginning(typed, [*names, ALL] if names and context.info_name == "plan" else names)


def rules(_context: click.Context, _option: click.Parameter, typed: str) -> list[CompletionItem]:
    """Offer the lint rules; of several with commas between them the last one is completed."""
    from reconciler.manifests.lint.catalogue import ALL, DEFAULT, names

    before, comma, last = typed.rpartition(",")
    words = names() if comma else (*names(), ALL, DEFAULT)
    said = set(before.split(","))
    return [CompletionItem(f"{before}{comma}{word}") for word in words if word.startswith(last) and word not in said]


def rule(_context: click.Context, _option: click.Parameter, typed: str) -> list[CompletionItem]:
    """Offer the lint rules, one of them."""
    from reconciler.manifests.lint.catalogue import names

    return _beginning(typed, names())


def addresses(context: click.Context, _option: click.Parameter, typed: str) -> list[CompletionItem]:
    """Offer the addresses of what the manifests declare."""
    return _beginning(typed, map(str, _resources(context)))


def names_of(*kinds: str) -> Completer:
    """Return what offers the names of what the manifests declare: of these kinds, or of those of ``--kind``."""

    def complete(context: click.Context, _option: click.Parameter, typed: str) -> list[CompletionItem]:
        wanted = kinds or tuple(each.capitalize() for each in context.params.get("kinds") or ())
        found = (address for address in _resources(context) if not wanted or address.kind in wanted)
        return _beginning(typed, dict.fromkeys(address.name for address in found))

    return complete


def labels(context: click.Context, _option: click.Parameter, typed: str) -> list[CompletionItem]:
    """Offer the labels of what the manifests declare."""
    resources = _resources(context).values()
    found = {f"{key}={value}" for resource in resources for key, value in resource.labels.items()}
    return _beginning(typed, sorted(found))


def _beginning(typed: str, words: Iterable[str]) -> list[CompletionItem]:
    return [CompletionItem(word) for word in words if word.startswith(typed)]


def _resources(context: click.Context) -> Mapping[Address, Resource]:
    """Return what the manifests declare as far as they can be understood, in the environment that was chosen.

    Where none was, it is the first one: most of them declare the same.
    """
    from reconciler.project import Project

    asked = context.params.get("environment")
    for environment in (asked,) if asked else (None, *_environments(context)[:1]):
        with suppress(Exception):
            # Standard input is the terminal that somebody types at.
            return Project.open(_flags(context, environment=environment), stdin=bytes).understood().resources
    return {}


def _environments(context: click.Context) -> tuple[str, ...]:
    from reconciler.config import environments_of

    with suppress(Exception):
        return environments_of(_flags(context), environ=os.environ, cwd=Path.cwd())
    return ()


def _flags(context: click.Context, *, environment: str | None = None) -> Flags:
    from reconciler.config import Flags

    return Flags(files=tuple(context.params.get("files") or ()), environment=environment)
