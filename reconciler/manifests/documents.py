"""One document against its kind: which kind it is, and what the generated schema finds wrong with it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import ValidationError

from reconciler.manifests.models import API_VERSION, MODELS
from reconciler.manifests.parts import Part
from reconciler.manifests.problems import Problem, path_in, pointer_of
from reconciler.manifests.schema import schema_of
from reconciler.manifests.suggestions import closest

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

    from reconciler.domain.values import Json

NOT_A_MANIFEST: Final = "not-a-manifest"

_Model = TypeVar("_Model", bound=Part)


def kind_of(document: Json) -> str | list[Problem]:
    """Return the kind of a document, or why it has none."""
    if not isinstance(document, dict) or not document.keys() & {"apiVersion", "kind"}:
        return [
            Problem(
                NOT_A_MANIFEST,
                "this document has neither apiVersion nor kind, so it is no manifest",
                hint=f"add apiVersion: {API_VERSION} and a kind, or list the file under exclude",
            )
        ]
    kind = document.get("kind")
    if isinstance(kind, str) and kind in MODELS:
        return kind
    return [_kind_problem(document), *_version_problem(document)]


def schema_problems(document: Json, *, kind: str) -> list[Problem]:
    """Return everything the schema of its kind finds wrong with a document; quick when that is nothing."""
    if _accepts(document, kind):
        return []
    # Finding that something is wrong is quick; what it is in words takes the slower library, imported only now.
    from jsonschema import Draft202012Validator

    from reconciler.manifests.wording import worded

    return worded(Draft202012Validator(schema_of(kind)).iter_errors(document), document=document, kind=kind) or [
        Problem("illegal-value", f"this document is not a legal {kind}")
    ]


def model_problems(document: Json, *, kind: str) -> list[Problem]:
    """Return what the model of its kind finds wrong with what its schema accepts: nothing, as a law shows."""
    manifest = read_as(MODELS[kind], document)
    return manifest if isinstance(manifest, list) else []


def read_as(model: type[_Model], document: Json) -> _Model | list[Problem]:
    """Return the document as its model; where model and schema disagree, the model's own words."""
    try:
        return model.model_validate(document)
    except ValidationError as invalid:
        return [
            Problem("illegal-value", error["msg"], pointer_of(_written(document, error["loc"])))
            for error in invalid.errors(include_url=False, include_context=False, include_input=False)
        ]


def _written(document: Json, location: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Return the part of an error's location that is a path: tags of unions stand in it too."""
    path: tuple[int | str, ...] = ()
    for step in location:
        longer = (*path, step)
        if path_in(document, pointer_of(longer))[1]:
            path = longer
    return path


def _accepts(document: Json, kind: str) -> bool:
    try:
        return _validator(kind).is_valid(document)
    except ValueError:
        # Text that cannot be encoded: the slow way says so or lets the model decide.
        return False


@cache
def _validator(kind: str) -> Draft202012Validator:
    from jsonschema_rs import Draft202012Validator

    return Draft202012Validator(schema_of(kind))


def _kind_problem(document: dict[str, Any]) -> Problem:
    legal = ", ".join(MODELS)
    if "kind" not in document:
        return Problem("missing-key", 'this document lacks "kind"', "/kind", f"add kind: one of {legal}")
    kind = document["kind"]
    near = closest(kind, MODELS) if isinstance(kind, str) else None
    hint = f'did you mean "{near}"?' if near else f"choose one of {legal}"
    return Problem("unknown-kind", f'"{kind}" is no kind of manifest', "/kind", hint)


def _version_problem(document: dict[str, Any]) -> list[Problem]:
    if document.get("apiVersion") == API_VERSION:
        return []
    hint = f"write apiVersion: {API_VERSION}"
    if "apiVersion" not in document:
        return [Problem("missing-key", 'this document lacks "apiVersion"', "/apiVersion", hint)]
    return [Problem("illegal-value", f'apiVersion "{document["apiVersion"]}" is not known', "/apiVersion", hint)]
