"""A word beside the output: what a command met that is no mistake."""

from __future__ import annotations

import click


def note(met: str) -> None:
    """Say it on standard error, whatever format was asked for."""
    click.echo(f"note: {met}", err=True)
