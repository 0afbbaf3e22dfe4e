"""File patterns: what they take in, with git itself as the judge where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from reconciler.domain.evaluations import TriggerEvaluationOutcomeReason
from reconciler.embedded.input_patterns import compiled, literal
from reconciler.embedded.path_patterns import chosen
from tests.embedded.evaluations import counts, evaluated, taken, trigger


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("*.json", ["a.json", "x/y/a.json"], ["a.JSON", "a.json.gz"]),
        ("log/*.ulg", ["log/a.ulg"], ["log/2026-01-01/a.ulg", "x/log/a.ulg"]),
        ("**/log/*.ulg", ["log/a.ulg", "x/log/a.ulg"], ["log/x/a.ulg"]),
        ("**/*.pcd", ["a.pcd", "x/a.pcd"], ["a.pcd.bin"]),
        ("[calib]/left.yaml", ["c/left.yaml", "a/left.yaml"], ["[calib]/left.yaml", "calib/left.yaml"]),
        (r"\[calib\]/left.yaml", ["[calib]/left.yaml"], ["c/left.yaml"]),
        ("[!ab].bag", ["c.bag"], ["a.bag", "ab.bag"]),
        ("log/", ["log/a", "x/log/b/c"], ["log"]),
        ("log", ["log", "log/a", "x/log/b"], ["logs/a"]),
        ("/a.bag", ["a.bag"], ["x/a.bag"]),
        ("a/**/b", ["a/b", "a/x/y/b", "a/b/c"], ["b", "x/a/b"]),
        ("?.bag", ["a.bag", "ü.bag"], ["ab.bag", ".bag"]),
        (r"\#core#", ["#core#"], ["core"]),
        (r"\!important.bag", ["!important.bag"], ["important.bag"]),
        ("run 12 (night).bag", ["x/run 12 (night).bag"], ["run"]),
        ("*.bag ", ["a.bag"], ["a.bag "]),
        ("*.bag\\ ", ["a.bag "], ["a.bag"]),
        ("übung/**", ["übung/lauf_1.mcap"], ["ubung/a"]),
    ],
)
def test_patterns_are_read_as_in_gitignore(pattern: str, matching: list[str], other: list[str]) -> None:
    """Slashes anchor, ``*`` stays in its folder, ``**`` does not, case counts."""
    assert taken([pattern], *matching, *other) == matching


@pytest.mark.parametrize(
    "pattern", ["**/*.{bag,mcap}", "#x", "!x", "!*.bag", "!", "/", "[z-a]", "a\\", "//", "./a.bag"]
)
def test_patterns_that_take_in_nothing_fire_nothing(pattern: str) -> None:
    """Neither for each dataset nor for each file; nothing raises."""
    paths = ["a.bag", "x", "x/a.mcap", "#x", "z", "a"]

    assert taken([pattern], *paths) == []
    evaluation = evaluated(trigger(pattern), *paths)
    assert evaluation.reason is TriggerEvaluationOutcomeReason.NoMatchingFiles


@pytest.mark.parametrize(
    ("pattern", "inert"), [("#x", True), ("[z-a]", True), ("/", True), ("*.bag", False), ("x", False)]
)
def test_a_pattern_that_never_matches_is_told_from_one_without_files(pattern: str, inert: bool) -> None:
    """A comment does not wait for a file."""
    (finding,) = evaluated(trigger(pattern), "readme").required

    assert (finding.count, finding.inert) == (0, inert)


def test_a_dataset_never_fulfils_a_comment() -> None:
    """A file was asked for, even if it was spelt wrong: better not to fire than to fire without it."""
    assert not evaluated(trigger("*.bag", "#calib.yaml"), "a.bag", "#calib.yaml").fires


def test_blank_patterns_ask_for_nothing() -> None:
    """The platform keeps them in a list with others."""
    evaluation = evaluated(trigger("", "*.bag", "  "), "a.bag")

    assert evaluation.fires
    assert counts(evaluation) == {"*.bag": 1}


def test_an_exception_takes_out_what_patterns_before_it_took_in() -> None:
    """And asks for no file itself; patterns after it take in again."""
    paths = ["a.bag", "old.bag", "keep/old.bag"]

    assert taken(["*.bag", "!old.bag"], *paths) == ["a.bag"]
    assert taken(["!old.bag", "*.bag"], *paths) == paths
    assert taken(["*.bag", "!old.bag", "keep/*"], *paths) == ["a.bag", "keep/old.bag"]
    assert evaluated(trigger("*.bag", "!old.bag"), "a.bag").fires
    assert not evaluated(trigger("*.bag", "!old.bag"), "old.bag").fires


def test_an_exception_reaches_into_a_folder_that_was_taken_in() -> None:
    """Inputs are files: taking in a folder does not lock it."""
    assert taken(["log/", "!log/b.txt"], "log/a.txt", "log/b.txt") == ["log/a.txt"]


def test_files_in_hidden_top_level_folders_are_no_inputs() -> None:
    """An invocation would not get them; hidden files, and hidden folders further down, it would."""
    paths = [".cache/a.bag", ".robot/x/b.bag", ".c.bag", "x/.cache/d.bag"]

    assert taken(["*.bag"], *paths) == [".c.bag", "x/.cache/d.bag"]
    evaluation = evaluated(trigger(".cache/*"), *paths)
    assert (evaluation.fires, evaluation.considered, evaluation.hidden) == (False, 2, 2)


def test_patterns_are_compiled_once() -> None:
    """The same list gives the same object."""
    assert compiled(("*.bag", "!x")) is compiled(("*.bag", "!x"))


NAMES = st.text(st.sampled_from("ab.*?[]\\!# \tü-^(){}$"), min_size=1, max_size=6).filter(lambda name: name != ".")
PATHS = st.lists(NAMES.filter(lambda name: name != ".."), min_size=1, max_size=3).map("/".join)


@given(path=PATHS, others=st.lists(PATHS, max_size=8))
def test_a_literal_takes_in_its_own_file_alone(path: str, others: list[str]) -> None:
    """Whatever a file is called, its invocation gets it and no other; folders of that name cannot exist beside it."""
    (matched,) = compiled((literal(path),)).matched([path, *others])

    assert {path} == {each for each in matched if not each.startswith(f"{path}/")}


# What git and the matcher are known to differ in is left out: named classes ([[:alpha:]]), which the matcher has not,
# exceptions within a folder that was taken in as a whole (see above), "?" on letters of several bytes, which git
# counts one by one, and "**/" at the end, which here takes in the files of the folder itself.
PIECES = st.sampled_from(
    [
        "*a*",
        "*a*b",
        "a**b*",
        "?*b*",
        "*[ab]*b",
        "*[ab]?*b*",
        "a",
        "b",
        "ab",
        "*",
        "**",
        "?",
        "[ab]",
        "[!a]",
        "[a-c]",
        "*.b",
        "a*",
        "\\*",
        "a b",
        ".a",
    ]
)
# The pattern library lets these take a slash, and git and this platform do not.
CLASSES = st.sampled_from(["a[!b]b", "*[!a]*", "[+-9]", "[!b]a*[!b]", "a[+-9]b", "*[^a]b*"])


def patterns(pieces: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Patterns made of these pieces, one for each folder on the way."""
    return st.builds(
        lambda anchored, chosen, folder: f"{'/' * anchored}{'/'.join(chosen)}{'/' * folder}",
        st.booleans(),
        st.lists(pieces, min_size=1, max_size=4),
        st.booleans(),
    ).filter(lambda pattern: not pattern.endswith("**/"))


ORDINARY = st.sampled_from(["aabb", "abab", "bab", "a", "b", "ab", "c", "a.b", "aab", "*", "a b", ".a", "B"])
LISTED = st.lists(ORDINARY, min_size=1, max_size=4).map("/".join)


@settings(max_examples=300)
@given(pattern=patterns(PIECES), paths=st.lists(LISTED, min_size=1, max_size=20, unique=True))
def test_the_pattern_library_agrees(pattern: str, paths: list[str]) -> None:
    """Expressions that do not try every way take in what those of the library take in."""
    spec = GitIgnoreSpec.from_lines([pattern])

    assert compiled((pattern,)).matched(paths) == [[path for path in paths if spec.match_file(path)]]


SLOW = pytest.mark.parametrize(
    "pattern",
    [
        f"{'*a' * 12}*b",
        f"{'?*' * 12}b",
        f"{'*[!b]' * 12}*b",
        f"{'*a*' * 12}/x",
        f"{'**/a/' * 12}b",
        f"{'**/*a*/' * 12}b",
        f"!{'*a' * 12}*b",
    ],
)
LONG = pytest.mark.parametrize("path", ["a" * 1000, "a/" * 500 + "c", "aa/" * 300 + "c"])


@SLOW
@LONG
def test_no_pattern_is_slow_on_any_path(pattern: str, path: str) -> None:
    """One file name of somebody's choosing would stop everybody's evaluations; the bound is a thousand times ours."""
    began = time.process_time()

    taken(["*", pattern], path)

    assert time.process_time() - began < 5


@SLOW
@LONG
def test_no_pattern_of_a_listing_is_slow(pattern: str, path: str) -> None:
    """Whoever lists files chooses the pattern, and everybody waits for the answer."""
    began = time.process_time()

    chosen([pattern], None)(path)
    chosen(None, ["*", pattern])(path)

    assert time.process_time() - began < 5


def ignored(folder: Path, patterns: Sequence[str], paths: Sequence[str]) -> list[list[str]]:
    """Which of the paths git takes in for each of the patterns; each pattern gets a folder of its own."""
    for number, pattern in enumerate(patterns):
        (folder / str(number)).mkdir(exist_ok=True)
        (folder / str(number) / ".gitignore").write_text(f"{pattern}\n")
    asked = [f"{number}/{path}" for number in range(len(patterns)) for path in paths]
    command = ["git", "-c", "core.quotePath=false", "check-ignore", "--no-index", "-z", "--stdin"]
    run = subprocess.run(command, check=False, cwd=folder, input="\0".join(asked), capture_output=True, text=True)
    assert run.returncode in {0, 1}, run.stderr
    answered = set(run.stdout.split("\0"))
    return [[path for path in paths if f"{number}/{path}" in answered] for number in range(len(patterns))]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty checkout."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed, and it is the judge here")
    folder = tmp_path_factory.mktemp("checkout")
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    return folder


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tried=st.lists(patterns(PIECES | CLASSES), min_size=1, max_size=12, unique=True),
    paths=st.lists(LISTED, min_size=1, max_size=12, unique=True),
)
def test_git_agrees(checkout: Path, tried: list[str], paths: list[str]) -> None:
    """``git check-ignore`` takes in the same files, pattern by pattern."""
    ours = [compiled((pattern,)).matched(paths)[0] for pattern in tried]

    assert dict(zip(tried, ours, strict=True)) == dict(zip(tried, ignored(checkout, tried, paths), strict=True))
