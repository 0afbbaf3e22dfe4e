"""What an error looks like on the way out, and the one function that turns it into an exit code."""

from __future__ import annotations

import os
import sys
from typing import Final

import click

from reconciler.errors import InvalidManifests, PlatformError, ReconcilerError

USAGE: Final = 64
BUG: Final = 1
INTERRUPTED: Final = 130


def exit_code(error: BaseException) -> int:
    """Return the exit code an error ends the process with."""
    if isinstance(error, ReconcilerError):
        return error.exit_code
    if isinstance(error, click.ClickException):
        return USAGE
    if isinstance(error, KeyboardInterrupt | click.Abort) or _was_interrupted(error):
        return INTERRUPTED
    return BUG


def exit_with(error: Exception) -> int:
    """Tell what went wrong, as text on stderr or as the one JSON document on stdout; return the exit code."""
    if isinstance(error, ReconcilerError):
        _tell(error)
    elif isinstance(error, OSError):
        from reconciler.cli.remedies import remedy

        _tell(ReconcilerError(f"{error.strerror or error}{_of_file(error)}", hint=remedy(error)))
    elif _was_interrupted(error):
        click.echo("interrupted", err=True)
    else:
        _tell_bug(error)
    return exit_code(error)


def _was_interrupted(error: BaseException) -> bool:
    """Return True for what a library made of an interrupt: its cause is one; with pydantic, only its text says so."""
    if isinstance(error, ReconcilerError | OSError):
        return False
    return isinstance(error.__cause__, KeyboardInterrupt) or "KeyboardInterrupt" in str(error)


def usage_exit(mistake: click.ClickException) -> int:
    """Show how the command is used and return 64; click's own 2 means "changes present" here.

    Whoever was understood to want JSON gets the mistake as a document.
    """
    if not wants_json():
        mistake.show()
        return USAGE
    from reconciler.render.machine import usage_json

    context = mistake.ctx if isinstance(mistake, click.UsageError) else None
    hint = f"see: {context.command_path} --help" if context else ""
    click.echo(usage_json(mistake.format_message(), hint=hint, exit_code=USAGE))
    return USAGE


def _tell(error: ReconcilerError) -> None:
    if wants_json():
        from reconciler.render.machine import error_json

        click.echo(error_json(error))
        return
    if _asked() == "github":
        from reconciler.cli.in_workflow import tell_failure

        # Beside the words, which stay in the log.
        tell_failure(error)
    tell_in_words(error)


def tell_in_words(error: ReconcilerError) -> None:
    """Say on standard error what went wrong, whatever format was asked for."""
    if isinstance(error, InvalidManifests):
        from reconciler.cli.console import stderr
        from reconciler.render.terminal import show_diagnostics

        show_diagnostics(error.diagnostics, stderr())
        return
    doing = f"{error.operation}: " if isinstance(error, PlatformError) and error.operation else ""
    _say(f"error: {doing}{error.message}")
    if error.hint:
        _say(f"  hint: {error.hint}")


def _say(text: str) -> None:
    """Print words on standard error, on a screen broken between them."""
    if not sys.stderr.isatty():
        click.echo(text, err=True)
        return
    from reconciler.cli.console import stderr
    from reconciler.render.lines import show_lines

    show_lines(stderr(), [[(text, "")]])


def wants_json() -> bool:
    """True when the command under way was asked for JSON; it was parsed before anything could fail."""
    return _asked() == "json"


def _asked() -> str | None:
    context = click.get_current_context(silent=True)
    return context.params.get("output") if context else _asked_output


def forget_output() -> None:
    """Begin a command line, of which nothing is known yet."""
    global _asked_output  # noqa: PLW0603  one process runs one command, but for tests
    _asked_output = None


_asked_output: str | None = None


def remember_output(value: str) -> str:
    """Keep the output format for errors that arrive after click has left the command's context."""
    global _asked_output  # noqa: PLW0603  one process runs one command
    _asked_output = value
    return value


def _of_file(error: OSError) -> str:
    return f": {error.filename}" if error.filename else ""


def _tell_bug(error: Exception) -> None:
    if os.environ.get("RECONCILER_TRACEBACK"):
        sys.excepthook(type(error), error, error.__traceback__)
    _tell(
        ReconcilerError(
            f"this is a bug in reconciler: {type(error).__name__}",
            hint="run it again with RECONCILER_TRACEBACK=1 and report what it prints (it may quote your files)",
        )
    )
