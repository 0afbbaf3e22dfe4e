"""Identifiers of what has no name of its own, in the platform's style: a kind, and letters nobody can guess."""

from __future__ import annotations

import secrets


def new_dataset_id() -> str:
    """Return an identifier for a dataset."""
    return f"ds_{_letters()}"


def new_file_id() -> str:
    """Return an identifier for a file."""
    return f"fl_{_letters()}"


def new_invocation_id() -> str:
    """Return an identifier for an invocation."""
    return f"iv_{_letters()}"


def new_transaction_id() -> str:
    """Return an identifier for one upload or import."""
    return f"tx_{_letters()}"


def _letters() -> str:
    return secrets.token_hex(10)
