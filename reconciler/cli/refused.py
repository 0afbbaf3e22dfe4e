"""Leaving after a plan was shown that guards refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from reconciler.plan.model import Plan


def leave_refused(plan: Plan) -> None:
    """Leave with 3 where guards refuse a plan that was shown; the words about it are for standard error alone.

    What was shown, one document or a step's annotations, has every refusal already.
    """
    from reconciler.cli.failure import tell_in_words
    from reconciler.errors import GuardRefused
    from reconciler.plan.refusing import refuse_refused

    try:
        refuse_refused(plan)
    except GuardRefused as error:
        tell_in_words(error)
        raise click.exceptions.Exit(error.exit_code) from error
