"""Secrets for runs: values of the form ``roboto-secret://NAME``, looked up in files of the operator's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from reconciler.domain.secrets import REFERENCE_SCHEME
from reconciler.errors import RunFailed

#: What a key of the file looks like.
_KEY: Final = f"{REFERENCE_SCHEME}NAME"


@dataclass(frozen=True, slots=True)
class SecretFiles:
    """The operator's files: of organizations that have their own, and one for all others.

    Whoever may invoke may have an action print every secret of its file: an organization with a file of its own gets
    none of the others'.
    """

    shared: Path | None = None
    own: Mapping[str, Path] = field(default_factory=dict)

    def of(self, org_id: str) -> Path | None:
        """Return the file for the runs of an organization."""
        return self.own.get(org_id, self.shared)


def secrets_for(parameters: Mapping[str, Any], *, file: Path | None) -> dict[str, str]:
    """Return the secret value of every parameter that names one.

    The file is one JSON object, its keys the values as parameters have them. It is read anew for each run, so that a
    changed secret holds from the next run on.

    Raises:
        RunFailed: A parameter names a secret that nobody provides; the message quotes names and no secret.
    """
    wanted = {name: value for name, value in parameters.items() if _names_secret(value)}
    if not wanted:
        return {}
    if file is None:
        raise RunFailed(f"no secrets are provided, and {_listed(wanted)} asks for one: run it with --secrets FILE")
    provided = _read(file)
    missing = {name: uri for name, uri in wanted.items() if uri not in provided}
    if missing:
        raise RunFailed(f"the file of secrets lacks what {_listed(missing)} asks for; its keys are like {_KEY}")
    return {name: provided[uri] for name, uri in wanted.items()}


def _names_secret(value: object) -> bool:
    return isinstance(value, str) and value.startswith(REFERENCE_SCHEME)


def _listed(wanted: Mapping[str, str]) -> str:
    return ", ".join(f'parameter "{name}" ({uri})' for name, uri in sorted(wanted.items()))


def _read(file: Path) -> dict[str, str]:
    try:
        content = json.loads(file.read_bytes())
    except OSError as error:
        raise RunFailed(f"cannot read the file of secrets: {error.strerror}") from error
    except (ValueError, RecursionError):
        # No cause: a decoder's message may quote the file.
        raise RunFailed("the file of secrets is not JSON") from None
    if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
        raise RunFailed(f"the file of secrets must hold one JSON object of texts, with keys like {_KEY}")
    return content
