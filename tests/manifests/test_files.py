"""Finding and reading files: what is taken, what is left, and what each unreadable thing is called."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from reconciler.diagnostics import Diagnostic, Span
from reconciler.manifests import files
from reconciler.manifests.files import Found, SourceFile, find, read_file
from reconciler.manifests.reading import LARGEST_FILE, unreadable

MANIFEST = "kind: Action\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An empty project folder."""
    root = tmp_path / "project"
    root.mkdir()
    return root


def write(root: Path, *names: str, content: str | bytes = MANIFEST) -> None:
    """Write files with this content, and their folders."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def names_of(found: Found) -> list[str]:
    """Return the names of the files found without any problem."""
    assert found.diagnostics == ()
    return [file.name for file in found.files]


def only(found: Found) -> Diagnostic:
    """Return the one problem."""
    (diagnostic,) = found.diagnostics
    return diagnostic


# -- which files


def test_folders_are_walked_for_manifests_in_order_of_name(project: Path) -> None:
    """Every ending in any case, at any depth, other files left alone."""
    write(project, "b.yaml", "a/z.YML", "a/b/c.json", "A.Yaml", "notes.md", "yaml", "a/x.yaml.bak")
    found = find(["."], root=project)
    assert names_of(found) == ["A.Yaml", "a/b/c.json", "a/z.YML", "b.yaml"]
    assert [file.explicit for file in found.files] == [False] * 4


def test_a_project_within_a_project_is_left_to_itself(project: Path) -> None:
    """What it declares has its own variables and inventory; whoever names its folder means it."""
    write(project, "reconciler.yaml", "a.yaml", "examples/one/reconciler.yaml", "examples/one/deep/b.yaml")
    found = find(["."], root=project)
    assert [file.name for file in found.files] == ["a.yaml", "reconciler.yaml"]
    left_out = only(found)
    assert (left_out.rule, left_out.is_error, str(left_out.span)) == ("another-project", False, "examples/one/:1:1")
    assert names_of(find(["."], root=project, exclude=["/examples/"])) == ["a.yaml", "reconciler.yaml"]
    assert "examples/one/deep/b.yaml" in names_of(find(["examples/one"], root=project))


def test_hidden_and_foreign_things_are_skipped(project: Path) -> None:
    """Hidden files and folders, other tools' folders and virtual environments hold no manifests."""
    write(project, ".hidden.yaml", ".git/a.yaml", "node_modules/a.json", "x/__pycache__/a.json", "ok.yaml")
    write(project, "env/pyvenv.cfg", "env/lib/a.yaml")
    assert names_of(find(["."], root=project)) == ["ok.yaml"]


@pytest.mark.parametrize("name", [".hidden.yaml", ".hidden/a.yaml", "node_modules/a.json", "notes.txt"])
def test_a_file_that_is_named_is_read_whatever_it_is_called(project: Path, name: str) -> None:
    """The user's word counts more than any rule."""
    write(project, name)
    found = find([name], root=project, exclude=["*"])
    assert names_of(found) == [name]
    assert found.files[0].explicit


def test_a_hidden_folder_that_is_named_is_walked(project: Path) -> None:
    """Only what is found on the way is skipped for its name."""
    write(project, ".ci/a.yaml")
    assert names_of(find([".ci"], root=project)) == [".ci/a.yaml"]


@pytest.mark.parametrize(
    ("exclude", "left"),
    [
        (["old/"], ["a.yaml", "b.yaml", "new/old.yaml"]),
        (["old"], ["a.yaml", "b.yaml", "new/old.yaml"]),
        (["/b.yaml", "new/**"], ["a.yaml", "old/c.yaml"]),
        (["*.yaml", "!a.yaml"], ["a.yaml"]),
        ([], ["a.yaml", "b.yaml", "new/old.yaml", "old/c.yaml"]),
    ],
)
def test_exclude_works_as_gitignore(project: Path, exclude: list[str], left: list[str]) -> None:
    """Patterns are relative to the project, for files and folders."""
    write(project, "a.yaml", "b.yaml", "old/c.yaml", "new/old.yaml")
    assert names_of(find(["."], root=project, exclude=exclude)) == left


def test_an_illegal_exclude_pattern_is_a_diagnostic(project: Path) -> None:
    """The library's complaint reaches the user, not its traceback."""
    found = only(find(["."], root=project, exclude=["!"]))
    assert found.rule == "exclude-pattern"
    assert found.hint


def test_a_file_that_is_given_twice_counts_once(project: Path) -> None:
    """By name, by folder, in another spelling and through a link."""
    write(project, "a/x.yaml")
    (project / "a/link.yaml").symlink_to("x.yaml")
    (project / "b").symlink_to("a")
    paths = [".", "a", "a/x.yaml", "./a/../a/x.yaml", str(project / "a/x.yaml"), "a/x.yaml"]
    found = find(paths, root=project)
    assert names_of(found) == ["a/x.yaml"]
    assert found.files[0].explicit


def test_names_are_relative_to_the_project_wherever_it_is_seen_from(project: Path) -> None:
    """A file outside, which only its user can name, shows its whole path."""
    write(project, "a.yaml")
    write(project.parent, "elsewhere/b.yaml")
    elsewhere = project.parent / "elsewhere"
    assert names_of(find([str(project)], root=project)) == ["a.yaml"]
    assert names_of(find(["../elsewhere"], root=project)) == [f"{elsewhere.as_posix()}/b.yaml"]


def test_an_empty_folder_holds_nothing(project: Path) -> None:
    """Which is no problem here."""
    assert find(["."], root=project) == Found(())


# -- what is read


def test_a_file_is_read_as_utf_8_with_its_digest(project: Path) -> None:
    """The digest is that of the bytes; a byte order mark is no text."""
    write(project, "a.yaml", content="a: é\n")
    write(project, "b.yaml", content="\ufeffa: é\n")
    write(project, "c.yaml", content="a: é\n")
    one, marked, same = find(["."], root=project).files
    assert one.text == marked.text == "a: é\n"
    assert one.digest == same.digest != marked.digest
    assert one.path == project / "a.yaml"


def test_a_file_is_read_to_its_end_however_little_a_disk_gives_at_once(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a file may be a manifest too, without what is to stay."""
    write(project, "a.yaml", content=MANIFEST * 3)
    read = os.read
    monkeypatch.setattr(os, "read", lambda descriptor, size: read(descriptor, min(size, 10)))
    [file] = find([""], root=project).files
    assert file.text == MANIFEST * 3


def test_standard_input_is_a_file_of_its_own(project: Path) -> None:
    """It is read once, however often it is named, and mixes with files."""
    write(project, "a.yaml")
    reads = iter([b"kind: Trigger\n"])
    found = find(["-", "a.yaml", "-"], root=project, stdin=lambda: next(reads))
    assert names_of(found) == ["<stdin>", "a.yaml"]
    assert found.files[0] == SourceFile("<stdin>", None, "kind: Trigger\n", found.files[0].digest, explicit=True)
    assert found.files[0].path is None


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            b"a: 1\nb: \xff\n",
            Diagnostic("not-utf8", "byte 8 (0xFF) is not UTF-8", Span.at("bad.yaml", 2, 4), "save the file as UTF-8"),
        ),
        (
            b"\xc3\xa9: \xe9t\xe9\n",
            Diagnostic("not-utf8", "byte 4 (0xE9) is not UTF-8", Span.at("bad.yaml", 1, 4), "save the file as UTF-8"),
        ),
        (
            "a: 1".encode("utf-16"),
            Diagnostic("not-utf8", "the file is UTF-16, not UTF-8", Span.at("bad.yaml"), "save it as UTF-8"),
        ),
        (
            b"\x00\x00\xfe\xff\x00\x00\x00a",
            Diagnostic("not-utf8", "the file is UTF-32, not UTF-8", Span.at("bad.yaml"), "save it as UTF-8"),
        ),
        (
            b"\x7fELF\x02\x00\x00",
            Diagnostic(
                "binary-file",
                "the file is binary: byte 5 is zero",
                Span.at("bad.yaml"),
                "exclude it if it is no manifest",
            ),
        ),
    ],
)
def test_content_that_is_no_utf_8_is_a_diagnostic(project: Path, content: bytes, expected: Diagnostic) -> None:
    """It says where, counted in characters, and the other files are read."""
    write(project, "bad.yaml", content=content)
    write(project, "good.yaml")
    found = find(["."], root=project)
    assert [file.name for file in found.files] == ["good.yaml"]
    assert only(found) == expected


def test_a_file_past_the_size_limit_is_refused(project: Path) -> None:
    """The limit itself is legal."""
    write(project, "large.yaml", content=b"#" * LARGEST_FILE)
    write(project, "larger.yaml", content=b"#" * (LARGEST_FILE + 1))
    found = find(["."], root=project)
    assert [file.name for file in found.files] == ["large.yaml"]
    assert only(found).rule == "file-too-large"
    assert only(found).summary == "more than 4 MiB, which no manifest needs"


def test_a_named_pipe_never_blocks(project: Path) -> None:
    """It is refused with the way to pipe manifests."""
    os.mkfifo(project / "pipe.yaml")
    for paths in (["."], ["pipe.yaml"]):
        found = only(find(paths, root=project))
        assert (found.rule, found.summary) == ("not-a-file", "this is a named pipe, not a file")
        assert found.hint == 'pipe the manifests to standard input and name it "-"'


def test_a_device_is_refused(project: Path) -> None:
    """Reading one might never end."""
    found = only(find(["/dev/zero"], root=project))
    assert (found.rule, found.summary) == ("not-a-file", "this is a device or socket, not a file")


def test_a_missing_path_is_a_diagnostic(project: Path) -> None:
    """All of them are reported, by the name that was given."""
    found = find(["no.yaml", "no/such/folder"], root=project)
    assert [(each.rule, str(each.span)) for each in found.diagnostics] == [
        ("missing-file", "no.yaml:1:1"),
        ("missing-file", "no/such/folder:1:1"),
    ]
    assert found.diagnostics[0].hint == "check the path and its spelling"


@pytest.mark.parametrize(
    ("number", "rule", "summary"),
    [
        (errno.ENOENT, "missing-file", "no such file or folder"),
        (errno.EACCES, "unreadable-file", "no permission to read this"),
        (errno.EPERM, "unreadable-file", "no permission to read this"),
        (errno.EISDIR, "not-a-file", "this is a folder where a file is expected"),
        (errno.ELOOP, "symlink-loop", "this symbolic link leads back to itself"),
        (errno.EIO, "unreadable-file", "cannot read this: Input/output error"),
    ],
)
def test_what_the_operating_system_refuses_has_words(number: int, rule: str, summary: str) -> None:
    """Every reason is a diagnostic with a hint."""
    found = unreadable(OSError(number, os.strerror(number)), name="a.yaml")
    assert (found.rule, found.summary, found.span) == (rule, summary, Span.at("a.yaml"))
    assert found.hint


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_files_and_folders_without_permission_are_diagnostics(project: Path) -> None:
    """The others are read."""
    write(project, "a.yaml", "locked/b.yaml", "c.yaml")
    (project / "a.yaml").chmod(0)
    (project / "locked").chmod(0)
    found = find(["."], root=project)
    (project / "locked").chmod(0o700)
    assert [file.name for file in found.files] == ["c.yaml"]
    assert [each.rule for each in found.diagnostics] == ["unreadable-file"] * 2


def test_too_many_files_are_refused(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path such as / is a slip, and nothing is read."""
    monkeypatch.setattr(files, "MOST_FILES", 2)
    write(project, "a.yaml", "b.yaml", "c.yaml")
    found = find(["."], root=project)
    assert found.files == ()
    assert only(found).rule == "too-many-files"
    assert only(found).hint


# -- symbolic links


def test_links_within_the_project_are_followed(project: Path) -> None:
    """To files and folders alike; the name that no link leads to is shown."""
    write(project, "real/a.yaml")
    write(project, ".store/b.yaml")
    (project / "b.yaml").symlink_to(".store/b.yaml")
    (project / "folder").symlink_to("real")
    assert names_of(find(["."], root=project)) == ["b.yaml", "real/a.yaml"]


@pytest.mark.parametrize("paths", [["."], ["link.yaml"], ["link.yaml", "."]])
def test_a_link_that_leaves_the_project_is_refused(project: Path, paths: list[str]) -> None:
    """A pull request must not read the machine it is planned on."""
    write(project.parent, "secret.yaml")
    (project / "link.yaml").symlink_to(project.parent / "secret.yaml")
    found = find(paths, root=project)
    assert found.files == ()
    assert only(found).rule == "symlink-outside"
    assert only(found).span == Span.at("link.yaml")


def test_a_folder_link_that_leaves_the_project_is_refused(project: Path) -> None:
    """Also where the sibling's name begins like the project's."""
    write(project.parent, "project-2/a.yaml")
    (project / "link").symlink_to("../project-2")
    assert only(find(["."], root=project)).rule == "symlink-outside"
    assert only(find(["link/a.yaml"], root=project)).rule == "symlink-outside"


def test_links_in_a_circle_are_diagnostics(project: Path) -> None:
    """A link to itself, two to each other, and one to a folder around it."""
    write(project, "a/ok.yaml")
    (project / "self.yaml").symlink_to("self.yaml")
    (project / "a/up").symlink_to("..")
    found = find(["."], root=project)
    assert [file.name for file in found.files] == ["a/ok.yaml"]
    assert [(each.rule, str(each.span)) for each in found.diagnostics] == [
        ("symlink-loop", "a/up:1:1"),
        ("symlink-loop", "self.yaml:1:1"),
    ]


def test_a_link_to_nothing_is_a_diagnostic(project: Path) -> None:
    """If it would be a manifest; another tool's link is not our matter."""
    (project / "gone.yaml").symlink_to("nowhere.yaml")
    (project / "gone").symlink_to("nowhere")
    found = only(find(["."], root=project))
    assert (found.rule, found.summary) == ("missing-file", "this symbolic link leads to nothing")


def test_an_excluded_link_is_not_looked_at(project: Path) -> None:
    """Excluding is the way to live with one."""
    (project / "self.yaml").symlink_to("self.yaml")
    (project / "up").symlink_to("..")
    assert find(["."], root=project, exclude=["self.yaml", "up/"]) == Found(())


def test_the_project_itself_may_be_reached_by_a_link(project: Path) -> None:
    """The boundary is where the project really is."""
    write(project, "a/x.yaml")
    link = project.parent / "link"
    link.symlink_to(project)
    assert names_of(find(["a", str(project / "a")], root=link)) == ["a/x.yaml"]


# -- one file


def test_read_file_reads_one_file(project: Path) -> None:
    """For a file that another one names; it has the same limits and words."""
    write(project, "a/action.json", content="{}")
    found = read_file(project / "a/action.json", root=project)
    assert isinstance(found, SourceFile)
    assert (found.name, found.text, found.explicit) == ("a/action.json", "{}", True)
    assert read_file(project / "a", root=project) == Diagnostic(
        "not-a-file", "this is a folder where a file is expected", Span.at("a"), "name a file in it"
    )


def test_read_file_refuses_a_link_out_of_the_project(project: Path) -> None:
    """By the name that its user gave it."""
    write(project.parent, "secret.json")
    (project / "action.json").symlink_to("../secret.json")
    found = read_file(project / "action.json", root=project, name="shown.json")
    assert isinstance(found, Diagnostic)
    assert (found.rule, found.span) == ("symlink-outside", Span.at("shown.json"))
