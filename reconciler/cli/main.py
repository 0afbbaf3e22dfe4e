"""The entry point: which commands there are, and what an error looks like on the way out."""

from __future__ import annotations

import importlib
import signal
import sys
from typing import Final

import click

from reconciler import __version__
from reconciler.cli import collection
from reconciler.cli.failure import exit_with, forget_output, usage_exit
from reconciler.cli.pipes import let_readers_leave
from reconciler.interrupts import Insisting

#: Commands by name: the module that holds ``command``, and its one line in ``--help``. Modules load when run.
COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "init": ("reconciler.cli.init", "Start a project in this folder."),
    "validate": ("reconciler.cli.validate", "Check the manifests; no platform is asked."),
    "lint": ("reconciler.cli.lint", "Find what is legal and yet probably not meant."),
    "fmt": ("reconciler.cli.fmt", "Write manifests in the one canonical form."),
    "schema": ("reconciler.cli.schema", "Write the JSON Schemas that editors use."),
    "plan": ("reconciler.cli.plan", "Show what apply would change."),
    "apply": ("reconciler.cli.apply", "Make the platform match the manifests."),
    "drift": ("reconciler.cli.drift", "Show where the platform differs from the manifests, and by whom."),
    "export": ("reconciler.cli.export", "Write manifests for what is live."),
    "show": ("reconciler.cli.show", "Show a saved plan."),
    "adopt": ("reconciler.cli.adopt", "Take live resources into the inventory."),
    "rename": ("reconciler.cli.rename", "Give a resource another name, in every manifest that names it."),
    "history": ("reconciler.cli.history", "Show what was applied, by whom and when."),
    "rollback": ("reconciler.cli.rollback", "Plan what was there before an apply."),
    "inventory": ("reconciler.cli.inventory", "Show what this project owns, or make that anew."),
    "unlock": ("reconciler.cli.unlock", "End a lock whose holder is gone."),
    "ci": ("reconciler.cli.ci", "Talk to GitHub or GitLab from a pipeline: comment, issue, reviewed plan."),
    "serve": ("reconciler.cli.serve", "Serve the embedded platform over HTTP."),
    "invoke": ("reconciler.cli.invoke", "Queue a run of an action."),
    "run": ("reconciler.cli.run", "Run what is queued on the embedded platform, on this machine."),
    "invocations": ("reconciler.cli.invocations", "List and show runs of actions."),
    "logs": ("reconciler.cli.logs", "Print what a run wrote."),
    "cancel": ("reconciler.cli.cancel", "Cancel runs."),
    "triggers": ("reconciler.cli.triggers", "Try triggers out: would they fire, and why not?"),
    "dataset": ("reconciler.cli.dataset", "Fill, list and show datasets."),
    "completion": ("reconciler.cli.completion", "Print the shell's completion script."),
}


#: Exit codes that answer what was asked: without what was printed they say too much.
_ANSWERS: Final = frozenset({0, 2})


class Commands(click.Group):
    """A group that imports a command only when it is run, so that ``--help`` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of a project's life."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_line) for name, (_, help_line) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest command when one is mistyped."""
        import difflib

        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f' Did you mean "{near[0]}"?' if near else ""
            ctx.fail(f'there is no command "{args[0]}".{hint}')
        return super().resolve_command(ctx, args)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: reconciler init && reconciler plan --platform embedded",
    no_args_is_help=True,
)
@click.version_option(__version__, "-V", "--version", message="reconciler %(version)s")
def cli() -> None:
    """Keep Roboto actions and triggers in git: plan, apply, watch for drift."""


def main() -> None:
    """Run the command line and leave with the exit code that conventions give the outcome."""
    lost = let_readers_leave()
    forget_output()
    code = _run()
    if (error := lost()) is not None:
        click.echo(f"error: cannot write to standard output: {error.strerror}", err=True)
        code = code if code not in _ANSWERS else 1
    sys.exit(code)


def _run() -> int:
    """Run the command line and return the exit code."""
    try:
        # Outside of standalone mode click returns the code that a command left with, and None when it just returned.
        return cli.main(prog_name="reconciler", standalone_mode=False) or 0
    except click.ClickException as mistake:
        return usage_exit(mistake)
    except (KeyboardInterrupt, click.Abort):
        _heard()
        click.echo("interrupted", err=True)
        return 130
    except Exception as error:  # noqa: BLE001  the last resort: a bug must not look like an answer
        return exit_with(error)
    finally:
        _heard()
        collection.resume()


def _heard() -> None:
    """Let nobody interrupt what is left to do: whoever did was heard."""
    handler = signal.getsignal(signal.SIGINT)
    if isinstance(handler, Insisting):
        handler.rest()
