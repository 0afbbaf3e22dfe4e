"""Measure start-up, validate, plan and apply against floors of the same run.

python -m benchmarks [--sizes 100 1000 10000] [--rounds 5] [--only startup validate plan apply]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

from benchmarks.generate import write_project
from benchmarks.processes import Run, medians, run
from benchmarks.server import TOKEN

#: What targets in units of P are for; an action and half a trigger are one and a half.
DOCUMENTS = 10_000

PYTHON = sys.executable
RECONCILER = (PYTHON, "-m", "reconciler")


class Bench:
    """One benchmark session in a folder of its own."""

    def __init__(self, folder: Path, *, rounds: int) -> None:
        self.folder = folder
        self.rounds = rounds
        self.environ = {"RECONCILER_CACHE_DIR": str(folder / "cache"), "NO_PROXY": "127.0.0.1", "NO_COLOR": "1"}

    def process(
        self, *arguments: str, expect: tuple[int, ...] = (0,), environ: dict[str, str] | None = None
    ) -> Callable[[], Run]:
        """Return a work: one whole process."""
        return lambda: run(arguments, environ={**self.environ, **(environ or {})}, expect=expect)

    def tool(
        self, *arguments: str, expect: tuple[int, ...] = (0,), environ: dict[str, str] | None = None
    ) -> Callable[[], Run]:
        """Return a work: one run of our command."""
        return self.process(*RECONCILER, *arguments, expect=expect, environ=environ)

    def startup(self) -> None:
        """Print what it costs to start."""
        ten = self.project("ten", actions=7)
        taken = medians(
            {
                "floor": self.process(PYTHON, "-c", "pass"),
                "--version": self.tool("--version"),
                "--help": self.tool("--help"),
                "validate, 10 documents": self.tool("validate", "-f", ten, "--no-cache"),
            },
            rounds=max(self.rounds, 11),
        )
        floor = taken.pop("floor").seconds
        print(f"\nstart-up, milliseconds over `python -c pass` ({floor * 1000:.0f} ms)")
        for name, limit in (("--version", 100), ("--help", 100), ("validate, 10 documents", 300)):
            line(name, f"+{(taken[name].seconds - floor) * 1000:.0f} ms", f"target +{limit} ms")

    def validate(self, actions: int) -> None:
        """Print validate, cold and warm, in units of P."""
        folder = self.project(f"p{actions}", actions=actions)
        taken = medians(
            {
                "P": self.yardstick(folder),
                "cold": self.tool("validate", "-f", folder, "--no-cache"),
                "warm": self.warm("validate", "-f", folder),
            },
            rounds=self.rounds,
        )
        floor = self.heading("validate", actions, taken)
        line("cold", ratio(taken["cold"], floor), limit("0.90 P", actions))
        line("nothing changed since the last run", ratio(taken["warm"], floor), limit("0.12 P", actions))

    def plan(self, actions: int) -> None:
        """Print plans over HTTP on loopback in units of P."""
        same = self.project(f"p{actions}", actions=actions)
        few = self.project(f"f{actions}", actions=actions, changed=0.01)
        all_of_it = self.project(f"a{actions}", actions=actions, changed=1.0)
        with self.served(f"plan{actions}") as url, self.served(f"empty{actions}") as empty:
            self.tool("apply", "-f", same, "--auto-approve", *roboto(url), environ=token())()
            plan = ("plan", *roboto(url))
            taken = medians(
                {
                    "P": self.yardstick(same),
                    "cold": self.tool(*plan, "-f", same, "--no-cache", environ=token()),
                    "warm": self.warm(*plan, "-f", same, environ=token()),
                    "few": self.tool(*plan, "-f", few, "--no-cache", environ=token()),
                    "all": self.tool(*plan, "-f", all_of_it, "--no-cache", environ=token()),
                    "new": self.tool("plan", *roboto(empty), "-f", same, "--no-cache", environ=token()),
                },
                rounds=self.rounds,
            )
        floor = self.heading("plan over HTTP", actions, taken)
        line("no change, cold", ratio(taken["cold"], floor), limit("1.10 P", actions))
        line("no change, warm", ratio(taken["warm"], floor), limit("0.35 P", actions))
        line("1 % changed", ratio(taken["few"], floor), "")
        line("all changed", ratio(taken["all"], floor), limit("1.50 P", actions))
        line("all new", ratio(taken["new"], floor), limit("1.50 P", actions))

    def apply(self, actions: int) -> None:
        """Print how fast changes are applied, the plan's own work excluded."""
        folder = self.project(f"p{actions}", actions=actions)
        print(f"\napply, {actions:,} actions and {actions // 2:,} triggers, all new")
        database = self.folder / f"apply{actions}.sqlite3"
        ended = last_event(self.tool(*events(folder), "--platform", f"embedded:{database}")())
        line("embedded", f"{ended['applied'] / ended['seconds']:,.0f} changes a second", "target 1,500")
        with self.served(f"bare{actions}") as url:
            bare = float(self.process(PYTHON, "-m", "benchmarks.floors", "send", folder, url, environ=token())().output)
        with self.served(f"http{actions}") as url:
            ended = last_event(self.tool(*events(folder), *roboto(url), environ=token())())
        line("over HTTP", f"{ended['applied'] / ended['seconds']:,.0f} changes a second", "")
        line("of the same client's bare loop", f"{100 * bare / ended['seconds']:.0f} %", "target 85 %")

    def project(self, name: str, *, actions: int, changed: float = 0.0) -> str:
        """Write a project once and return its folder."""
        folder = self.folder / name
        if not folder.exists():
            write_project(folder, actions=actions, changed=changed)
        return str(folder)

    def yardstick(self, folder: str) -> Callable[[], Run]:
        """Return the work P is measured by."""
        return self.process(PYTHON, "-m", "benchmarks.floors", "yaml", folder)

    def warm(self, *arguments: str, environ: dict[str, str] | None = None) -> Callable[[], Run]:
        """Return a work that has run once before, so that its cache is filled."""
        work = self.tool(*arguments, environ=environ)
        work()
        return work

    def heading(self, what: str, actions: int, taken: dict[str, Run]) -> float:
        """Print the size and the yardstick; return it in seconds."""
        floor = taken["P"].seconds
        print(f"\n{what}, {actions:,} actions and {actions // 2:,} triggers; P is {floor:.2f} s")
        return floor

    @contextmanager
    def served(self, name: str) -> Iterator[str]:
        """Serve a database of its own and give its URL."""
        command = [PYTHON, "-m", "benchmarks.server", str(self.folder / f"{name}.sqlite3")]
        with Popen(command, stdout=PIPE, text=True) as server:
            assert server.stdout is not None
            try:
                yield server.stdout.readline().strip()
            finally:
                server.terminate()


def roboto(url: str) -> tuple[str, ...]:
    """Return the flags that name a served platform."""
    return ("--platform", "roboto", "--endpoint", url)


def token() -> dict[str, str]:
    """Return the environment that holds the served platform's token."""
    return {"ROBOTO_API_KEY": TOKEN}


def events(folder: str) -> tuple[str, ...]:
    """Return the arguments of an apply that tells its events."""
    return ("apply", "-f", folder, "--auto-approve", "--output", "json")


def last_event(taken: Run) -> dict[str, float]:
    """Return the event that ended an apply."""
    ended: dict[str, float] = json.loads(taken.output.splitlines()[-1])
    return ended


def ratio(taken: Run, floor: float) -> str:
    """Return a run in units of P, with its peak memory."""
    return f"{taken.seconds / floor:.2f} P, {taken.memory:.0f} MiB"


def limit(target: str, actions: int) -> str:
    """Say what is aimed at, from 10,000 documents on: below, starting Python outweighs the work."""
    return f"target {target}" if actions + actions // 2 >= DOCUMENTS else ""


def line(name: str, value: str, target: str) -> None:
    """Print one measurement."""
    print(f"  {name:<36} {value:<28} {target}", flush=True)


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000, 10_000], help="numbers of actions")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", default=["startup", "validate", "plan", "apply"])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="reconciler-bench-") as folder:
        bench = Bench(Path(folder), rounds=given.rounds)
        if "startup" in given.only:
            bench.startup()
        for size in given.sizes:
            for name in ("validate", "plan", "apply"):
                if name in given.only:
                    getattr(bench, name)(size)


if __name__ == "__main__":
    main()
