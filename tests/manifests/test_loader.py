"""From files to Desired, or every problem with its place in one run."""

from __future__ import annotations

import gc
from dataclasses import asdict
from pathlib import Path

import pytest

from reconciler.diagnostics import Severity
from reconciler.domain.actions import ActionSpec
from reconciler.domain.address import Address, Kind
from reconciler.domain.conditions import Comparator, Condition, ConditionGroup, ConditionOperator
from reconciler.domain.triggers import TriggerEvaluationCause, TriggerForEachPrimitive, TriggerSpec
from reconciler.domain.values import (
    Accessibility,
    ActionParameter,
    ActionReference,
    ComputeRequirements,
    ContainerParameters,
)
from reconciler.manifests.desired import Lifecycle
from reconciler.manifests.loader import ProjectSettings, load, open_cache, read_project, validate
from reconciler.manifests.project_models import ProjectSpec
from tests.manifests.building import ACTION, TRIGGER, action, lines, loaded, rules, trigger, write

FULL = """\
    apiVersion: reconciler/v1
    kind: Action
    metadata:
      name: detect
      labels: {team: perception}
      annotations: {owner: ada}
    spec:
      uri: acme/detect:1
      description: Finds things.
      short_description: Find.
      compute_requirements: {vCPU: 4096, memory: 16384}
      container_parameters: {command: [detect], env_vars: {MODE: fast}, workdir: /app}
      parameters:
        score: {required: true, description: Lowest, default: "0.5"}
      metadata: {tier: 2, beta: true}
      tags: [a, b]
      requires_downloaded_inputs: false
      timeout: 60
      accessibility: action_hub
    lifecycle: {protect: true, ignore: [/spec/metadata/seen], sensitive: [score]}
    ---
    apiVersion: reconciler/v1
    kind: Trigger
    metadata: {name: on_bags}
    spec:
      action_name: detect
      action_digest: abc
      required_inputs: ["**/*.bag"]
      additional_inputs: ["**/*.yaml"]
      for_each: dataset_file
      enabled: false
      causes: [file_ingest]
      condition:
        operator: AND
        conditions: [{field: metadata.a, comparator: EQUALS, value: x}, {field: tags, comparator: EXISTS}]
      parameter_values: {score: "0.6"}
      compute_requirement_overrides: {vCPU: 256, memory: 512, storage: 30}
      container_parameter_overrides: {entry_point: [sh]}
      service_user_id: su
      timeout: 5
"""


def test_every_field_arrives(tmp_path: Path) -> None:
    """What is written is what is desired, as the domain's values."""
    loading = loaded(tmp_path, {"all.yaml": FULL})
    assert lines(loading.diagnostics) == []
    detect, on_bags = loading.desired.resources.values()
    assert detect.spec == ActionSpec(
        uri="acme/detect:1",
        description="Finds things.",
        short_description="Find.",
        compute_requirements=ComputeRequirements(vCPU=4096, memory=16384),
        container_parameters=ContainerParameters(command=["detect"], env_vars={"MODE": "fast"}, workdir="/app"),
        parameters=(ActionParameter(name="score", required=True, description="Lowest", default="0.5"),),
        metadata={"tier": 2, "beta": True},
        tags=("a", "b"),
        requires_downloaded_inputs=False,
        timeout=60,
        accessibility=Accessibility.ActionHub,
    )
    assert detect.lifecycle == Lifecycle(protect=True, ignore=("/spec/metadata/seen",), sensitive=frozenset({"score"}))
    assert (detect.labels, detect.annotations) == ({"team": "perception"}, {"owner": "ada"})
    assert (on_bags.file, on_bags.document) == ("all.yaml", 1)
    assert on_bags.spec == TriggerSpec(
        action=ActionReference(name="detect", digest="abc"),
        required_inputs=("**/*.bag",),
        additional_inputs=("**/*.yaml",),
        for_each=TriggerForEachPrimitive.DatasetFile,
        enabled=False,
        causes=(TriggerEvaluationCause.FileIngest,),
        condition=ConditionGroup(
            operator=ConditionOperator.And,
            conditions=[
                Condition(field="metadata.a", comparator=Comparator.Equals, value="x"),
                Condition(field="tags", comparator=Comparator.Exists),
            ],
        ),
        parameter_values={"score": "0.6"},
        compute_requirement_overrides=ComputeRequirements(vCPU=256, memory=512, storage=30),
        container_parameter_overrides=ContainerParameters(entry_point=["sh"]),
        service_user_id="su",
        timeout=5,
    )


def test_what_is_left_out_is_the_platforms_default(tmp_path: Path) -> None:
    """The least that can be written."""
    loading = loaded(tmp_path, {"a.yaml": ACTION, "t.yaml": TRIGGER})
    assert [each.spec for each in loading.desired.resources.values()] == [
        ActionSpec(uri="acme/ingest:1"),
        TriggerSpec(action=ActionReference(name="ingest"), required_inputs=("**/*.bag",)),
    ]
    assert loading.counts == {"Action": 1, "Trigger": 1, "ParameterSet": 0, "Project": 0}
    assert loading.files == ("a.yaml", "t.yaml")


BROKEN = """\
    apiVersion: reconciler/v1
    kind: Action
    metadata: {name: query}
    spec:
      uri: acme/x:1
      short_descripton: typo
      timeout: "30"
      requires_downloaded_inputs: "false"
      tags: ROS
      accessibility: public
      short_description: {long}
      compute_requirements:
        vCPU: 512
        memory: 8192
        storage: 3
      container_parameters: {env_vars: {DEBUG: true, API_KEY: 12345}}
      parameters:
        n: {default: 3}
        empty:
      metadata: {a.b: 1, list: [1]}
"""


def test_every_problem_of_a_document_is_told_at_once(tmp_path: Path) -> None:
    """Each once, at its line and column, with what to write instead."""
    diagnostics = loaded(tmp_path, {"a.yaml": BROKEN.replace("{long}", "x" * 141)}).diagnostics
    assert [(str(each.span), each.rule, each.hint) for each in diagnostics] == [
        ("a.yaml:3:18", "illegal-name", ""),
        ("a.yaml:6:3", "unknown-key", 'did you mean "short_description"?'),
        ("a.yaml:7:12", "wrong-type", "write timeout: 30, without quotes"),
        ("a.yaml:8:31", "wrong-type", "write requires_downloaded_inputs: false"),
        ("a.yaml:9:9", "wrong-type", 'write tags: ["ROS"]'),
        ("a.yaml:10:18", "illegal-value", "choose one of organization, action_hub"),
        ("a.yaml:11:22", "illegal-value", ""),
        ("a.yaml:14:13", "illegal-compute", ""),
        ("a.yaml:15:14", "illegal-value", ""),
        ("a.yaml:16:44", "wrong-type", 'write DEBUG: "true"'),
        ("a.yaml:16:59", "wrong-type", "put the value in quotes"),
        ("a.yaml:18:18", "wrong-type", 'write default: "3"'),
        ("a.yaml:19:11", "wrong-type", "write empty: {}"),
        ("a.yaml:20:14", "dotted-key", 'write "a_b"'),
        ("a.yaml:20:28", "wrong-type", ""),
    ]
    assert not any("12345" in each.summary + each.hint for each in diagnostics)


@pytest.mark.parametrize(
    ("document", "hint"),
    [
        (action("{uri: x, parameters: {rate: x}}"), "write rate: { default: ... }"),
        (action("{uri: x, parameters: {rate: }}"), "write rate: {}"),
        (action("{uri: x}").replace("metadata: {name: ingest}\n", ""), "write metadata: { name: ... }"),
    ],
)
def test_the_hint_is_what_to_write(tmp_path: Path, document: str, hint: str) -> None:
    """It shows the form, and never the value, which may be a secret."""
    [diagnostic] = loaded(tmp_path, {"a.yaml": document}).diagnostics
    assert diagnostic.hint == hint


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("kind: Action\nmetadata: {name: a}\nspec: {uri: x}\n", 'a.yaml:1:1: missing-key: Action lacks "apiVersion"'),
        (
            "apiVersion: reconciler/v1\nkind: Actoin\nspec: {}\n",
            'a.yaml:2:7: unknown-kind: "Actoin" is no kind of manifest',
        ),
        (
            "apiVersion: reconciler/v1\nmetadata: {name: a}\n",
            'a.yaml:1:1: missing-key: this document lacks "kind"',
        ),
        (
            action("{uri: x}").replace("v1", "v2"),
            'a.yaml:1:13: illegal-value: the text "reconciler/v2" is not legal for "apiVersion"',
        ),
        ("- a\n", "a.yaml:1:1: not-a-manifest: this document has neither apiVersion nor kind, so it is no manifest"),
        (
            action("{inherits: {name: p}, uri: x}"),
            'a.yaml:4:29: excluded-by-inherits: an action that inherits cannot have "uri": it comes from the parent',
        ),
        (
            action("{uri: x, compute_requirements: {vCPU: 2048}}"),
            (
                "a.yaml:4:45: illegal-compute: memory must be given with vCPU 2048: "
                "the default of 1024 MiB does not go with it"
            ),
        ),
        (
            action("{uri: x, compute_requirements: {vCPU: 3}}"),
            (
                "a.yaml:4:45: illegal-compute: vCPU 3 is not offered; "
                "choose one of 256, 512, 1024, 2048, 4096, 8192, 16384"
            ),
        ),
        (
            action("{uri: x, compute_requirements: {gpu: true}}"),
            "a.yaml:4:44: illegal-value: the platform offers no GPU",
        ),
        (trigger("{required_inputs: [x]}"), 'a.yaml:4:1: missing-key: Trigger spec lacks "action_name"'),
        (
            trigger("{action: ingest, required_inputs: [x]}"),
            'a.yaml:4:8: unknown-key: unknown key "action" in Trigger spec',
        ),
        (
            trigger("{action_name: a, required_inputs: []}"),
            "a.yaml:4:41: illegal-value: required_inputs needs at least 1 entry",
        ),
        (
            trigger("{action_name: a, required_inputs: [x], condition: {field: f, comparator: equals, value: 1}}"),
            'a.yaml:4:80: illegal-value: the text "equals" is not legal for "comparator"',
        ),
        (
            action("{uri: x, parameter_sets: [none]}"),
            'a.yaml:4:33: unknown-parameter-set: there is no parameter set "none"',
        ),
    ],
)
def test_each_mistake_is_one_line(tmp_path: Path, document: str, expected: str) -> None:
    """One problem, one diagnostic, one place."""
    assert lines(loaded(tmp_path, {"a.yaml": document}).diagnostics) == [expected]


def test_all_files_are_judged_in_one_run(tmp_path: Path) -> None:
    """A broken file does not hide what is wrong with the next, nor a broken key a pattern beside it."""
    files: dict[str, str | dict[str, object]] = {
        "a.yaml": "kind: [\n",
        "b.yaml": trigger('{action_name: a, required_inputs: ["{a,b}"], enabeld: true}'),
        "c.yaml": action("{urii: x}", name="c"),
    }
    loading = loaded(tmp_path, files)
    assert [str(each.span).split(":")[0] for each in loading.diagnostics] == ["a.yaml", "b.yaml", "b.yaml", "c.yaml"]


def test_parameter_sets_may_stand_in_later_files(tmp_path: Path) -> None:
    """The order of files never matters."""
    shared = """\
        apiVersion: reconciler/v1
        kind: ParameterSet
        metadata: {name: shared}
        spec: {parameters: {rate: {default: "1", description: Rate}}}
    """
    loading = loaded(
        tmp_path,
        {"a.yaml": action('{uri: x, parameter_sets: [shared], parameters: {rate: {default: "2"}}}'), "z.yaml": shared},
    )
    assert lines(loading.diagnostics) == []
    [resource] = loading.desired.resources.values()
    assert isinstance(resource.spec, ActionSpec)
    assert resource.spec.parameters == (ActionParameter(name="rate", default="2", description="Rate"),)
    assert str(loading.desired.locate(resource, "/spec/parameters/rate/default")) == "a.yaml:4:71"
    assert str(loading.desired.locate(resource, "/spec/parameters/rate/description")) == "z.yaml:4:55"


def test_places_of_what_is_not_written_are_the_nearest_ancestors(tmp_path: Path) -> None:
    """A document begins at its first line that is no comment."""
    loading = loaded(tmp_path, {"a.yaml": f"# The ingest.\n---\n{action('{uri: x}')}"})
    [resource] = loading.desired.resources.values()
    assert str(loading.desired.locate(resource, "")) == "a.yaml:3:1"
    assert str(loading.desired.locate(resource, "/spec/timeout")) == "a.yaml:6:1"
    assert str(loading.desired.locate(resource, "/spec/uri")) == "a.yaml:6:13"


def test_other_json_is_left_out_with_a_warning(tmp_path: Path) -> None:
    """Folders hold package.json and the like; named itself, such a file is an error."""
    # What it says of variables is another tool's business.
    loading = loaded(tmp_path, {"a.yaml": ACTION, "package.json": {"name": "${var.name}"}})
    assert [(each.rule, each.severity) for each in loading.diagnostics] == [("not-a-manifest", Severity.WARNING)]
    named = load(["a.yaml", "package.json"], root=tmp_path)
    assert [(each.rule, each.severity) for each in named.diagnostics] == [("not-a-manifest", Severity.ERROR)]


def test_other_yaml_is_an_error_that_names_exclude(tmp_path: Path) -> None:
    """A manifest without a head is more likely than a stray file."""
    [diagnostic] = loaded(tmp_path, {"a.yaml": ACTION, "values.yaml": "x: 1\n"}).diagnostics
    assert diagnostic.is_error
    assert "exclude" in diagnostic.hint


def test_action_files_are_no_strays(tmp_path: Path) -> None:
    """The walk finds them, a manifest starts from them, nobody warns."""
    loading = loaded(tmp_path, {"a.yaml": action("{from: action.json, uri: x}"), "action.json": {"name": "ingest"}})
    assert lines(loading.diagnostics) == []


def test_the_project_file_is_no_resource(tmp_path: Path) -> None:
    """It is checked like any manifest and counted by its kind."""
    project = "apiVersion: reconciler/v1\nkind: Project\nspec: {platform: embedded}\n"
    loading = loaded(tmp_path, {"a.yaml": ACTION, "reconciler.yaml": project})
    assert list(loading.desired.resources) == [Address(Kind.ACTION, "ingest")]
    assert loading.counts["Project"] == 1


@pytest.mark.parametrize("files", [{}, {"reconciler.yaml": "apiVersion: reconciler/v1\nkind: Project\nspec: {}\n"}])
def test_an_empty_project_is_an_error_that_says_how_to_begin(tmp_path: Path, files: dict[str, str]) -> None:
    """Nothing found is never nothing wanted."""
    [diagnostic] = loaded(tmp_path, dict(files)).diagnostics
    assert diagnostic.rule == "no-manifests"
    assert "reconciler init" in diagnostic.hint


def test_standard_input_is_read(tmp_path: Path) -> None:
    """Places in what was piped in are found although it cannot be read twice."""
    loading = load(["-"], root=tmp_path, stdin=lambda: action("{uri: 3}").encode())
    assert lines(loading.diagnostics) == ["<stdin>:4:13: wrong-type: expected a string, got the number 3"]


def test_the_digest_counts_names_and_contents(tmp_path: Path) -> None:
    """The same files give the same digest; a change of an action file alone gives another."""
    files: dict[str, str | dict[str, object]] = {
        "a.yaml": action("{from: x/action.json, uri: x}"),
        "x/action.json": {"name": "ingest"},
    }
    first = loaded(tmp_path, files).desired.digest
    assert loaded(tmp_path, files).desired.digest == first
    files["x/action.json"] = {"name": "ingest", "description": "new"}
    assert loaded(tmp_path, files).desired.digest != first


def test_the_collector_is_as_it_was_before(tmp_path: Path) -> None:
    """Loading does not leave the process without garbage collection."""
    loaded(tmp_path, {"a.yaml": ACTION})
    assert gc.isenabled()


class TestCache:
    """What was valid before is not judged again, and nothing else is."""

    def test_cached_documents_give_the_same(self, tmp_path: Path) -> None:
        """Warm and cold runs cannot be told apart by what they return."""
        root, files = tmp_path / "project", {"all.yaml": FULL, "b.yaml": action("{description: no image}")}
        cold = loaded(root, dict(files), cache=open_cache(tmp_path / "cache", project="p"))
        cache = open_cache(tmp_path / "cache", project="p")
        loaded(root, dict(files), cache=cache)
        cache.save()
        warm = loaded(root, dict(files), cache=open_cache(tmp_path / "cache", project="p"))
        assert warm.desired.resources == cold.desired.resources
        assert warm.diagnostics == cold.diagnostics
        assert warm.counts == cold.counts

    def test_a_verdict_is_only_remembered_without_diagnostics(self, tmp_path: Path) -> None:
        """Warnings are told again in every run."""
        root = tmp_path / "project"
        write(root, {"a.yaml": action("{description: no image}")})
        for _ in range(2):
            cache = open_cache(tmp_path / "cache", project="p")
            assert rules(validate(["."], root=root, cache=cache).diagnostics) == ["no-image"]
            cache.save()

    def test_a_known_verdict_is_given_again(self, tmp_path: Path) -> None:
        """Counts and files as in the first run."""
        root = tmp_path / "project"
        write(root, {"all.yaml": FULL, "reconciler.yaml": "apiVersion: reconciler/v1\nkind: Project\nspec: {}\n"})
        cache = open_cache(tmp_path / "cache", project="p")
        first = validate(["."], root=root, cache=cache)
        cache.save()
        assert validate(["."], root=root, cache=open_cache(tmp_path / "cache", project="p")) == first
        assert first.counts == {"Action": 1, "Trigger": 1, "ParameterSet": 0, "Project": 1}

    def test_a_change_of_an_action_file_that_is_not_searched_is_seen(self, tmp_path: Path) -> None:
        """A verdict is about every file that was read, not only about those that were found."""
        root = tmp_path / "project"
        write(root, {"m/a.yaml": action("{from: ../action.json, uri: x}"), "action.json": {"name": "ingest"}})
        cache = open_cache(tmp_path / "cache", project="p")
        assert validate(["m"], root=root, cache=cache).diagnostics == ()
        cache.save()
        write(root, {"action.json": {"nmae": "ingest"}})
        again = validate(["m"], root=root, cache=open_cache(tmp_path / "cache", project="p"))
        assert rules(again.diagnostics) == ["unknown-key"]

    def test_where_documents_begin_is_told_without_their_files(self, tmp_path: Path) -> None:
        """A plan shows the place of every change; it is kept, and remembered, so that no file is read again for it."""
        root, cache = tmp_path / "project", open_cache(tmp_path / "cache", project="p")
        second = trigger("{action_name: ingest, required_inputs: [x]}")
        text = f"# first\n\n{action('{uri: x}')}---\n\n  # second\n{second}"
        first = loaded(root, {"all.yaml": text}, cache=cache).desired
        cache.save()
        again = load(["."], root=root, cache=open_cache(tmp_path / "cache", project="p")).desired
        (root / "all.yaml").unlink()
        for desired in (first, again):
            places = [str(desired.locate(resource, "")) for resource in desired.resources.values()]
            assert places == ["all.yaml:3:1", "all.yaml:10:1"]


class TestProjectFile:
    """reconciler.yaml, read for its settings."""

    def test_settings_are_read(self, tmp_path: Path) -> None:
        """What is left out has its default."""
        path = tmp_path / "reconciler.yaml"
        path.write_text(
            "apiVersion: reconciler/v1\nkind: Project\nmetadata: {name: fleet}\n"
            "spec: {platform: roboto, org_id: og_x, parallelism: 8}\n"
        )
        spec, diagnostics = read_project(path)
        assert diagnostics == ()
        assert spec is not None
        assert (spec.platform, spec.org_id, spec.parallelism) == ("roboto", "og_x", 8)
        assert (spec.manifests, spec.exclude) == ((".",), ())

    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            ("apiVersion: reconciler/v1\nkind: Project\nspec: {plattform: roboto}\n", "unknown-key"),
            ("apiVersion: reconciler/v1\nkind: Project\nspec: {platform: robot}\n", "illegal-value"),
            ("apiVersion: reconciler/v1\nkind: Project\nspec: {endpoint: https://api.example.com}\n", "unknown-key"),
            (action("{uri: x}"), "unknown-kind"),
            ("platform: roboto\n", "not-a-manifest"),
            ("", "project-file"),
            ("a: [\n", None),
        ],
    )
    def test_what_is_wrong_is_told_with_its_place(self, tmp_path: Path, text: str, rule: str | None) -> None:
        """A project file is checked like any manifest."""
        path = tmp_path / "reconciler.yaml"
        path.write_text(text)
        spec, diagnostics = read_project(path)
        assert spec is None
        assert diagnostics
        assert all(each.is_error and each.span is not None for each in diagnostics)
        assert rule is None or rules(diagnostics) == [rule]

    def test_what_is_remembered_is_what_was_read(self, tmp_path: Path) -> None:
        """A file that is known reads as it did, also from another run; a changed one is read anew."""
        path = tmp_path / "reconciler.yaml"
        path.write_text("apiVersion: reconciler/v1\nkind: Project\nspec: {manifests: [a, b], parallelism: 8.0}\n")
        cache = open_cache(tmp_path / "cache", project="p")
        first = read_project(path, cache=cache)
        assert first == (ProjectSettings(manifests=("a", "b"), parallelism=8), ())
        again = open_cache(tmp_path / "cache", project="p")
        assert read_project(path, cache=again) == read_project(path) == first
        path.write_text(path.read_text().replace("parallelism", "paralellism"))
        assert rules(read_project(path, cache=again)[1]) == ["unknown-key"]

    def test_settings_are_the_fields_of_the_model(self) -> None:
        """Every field of a project file reaches the settings, with the same default."""
        spec = ProjectSpec()
        assert asdict(ProjectSettings()) == {name: getattr(spec, name) for name in ProjectSpec.model_fields}

    def test_a_missing_file_is_a_diagnostic(self, tmp_path: Path) -> None:
        """Nothing is raised."""
        spec, diagnostics = read_project(tmp_path / "reconciler.yaml")
        assert spec is None
        assert len(diagnostics) == 1


def test_what_follows_a_broken_entry_of_a_list_is_told_at_its_own_place(tmp_path: Path) -> None:
    """Entries that the schema refuses are left out for the rest to be judged, which moves no other entry."""
    text = trigger('{action_name: ingest, for_each: dataset_file, required_inputs: ["a.{b,c}", "", 3, "**/*", "d//e"]}')
    found = loaded(tmp_path, {"t.yaml": text, "a.yaml": ACTION}).diagnostics
    refused = "which the platform refuses with for_each dataset_file"
    assert lines(found) == [
        't.yaml:4:71: pattern-never-matches: "a.{b,c}" can never match: these patterns have no braces',
        't.yaml:4:82: blank-text: "required_inputs" must not be blank',
        "t.yaml:4:86: wrong-type: expected a string, got the number 3",
        f't.yaml:4:89: catch-all-pattern: "**/*" matches every file, {refused}',
        't.yaml:4:97: pattern-never-matches: "d//e" can never match: no path has two slashes in a row',
    ]


def test_an_illegal_entry_of_a_list_is_told_of_its_list_and_the_choices_once(tmp_path: Path) -> None:
    """An index is no name, and one list of what is legal is enough."""
    text = trigger('{action_name: ingest, required_inputs: ["*.bag"], causes: [file_uploaded, sometimes]}')
    near, far = loaded(tmp_path, {"t.yaml": text, "a.yaml": ACTION}).diagnostics
    choices = "dataset_metadata_update, file_ingest, file_upload"
    assert near.summary == 'the text "file_uploaded" is not legal for "causes"'
    assert (near.hint, near.detail) == ('did you mean "file_upload"?', f"legal: {choices}")
    assert (far.hint, far.detail) == (f"choose one of {choices}", "")


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("10", 'write default: "10"'),
        ("010", 'write default: "10", or "010" to keep it as it is written'),
        ("1e3", 'write default: "1000.0", or "1e3" to keep it as it is written'),
        ("True", 'write default: "true", or "True" to keep it as it is written'),
    ],
)
def test_what_reads_other_than_it_is_written_may_be_meant_either_way(tmp_path: Path, written: str, hint: str) -> None:
    """A default is text: both texts are offered where they differ."""
    text = action(f"{{uri: img:1, parameters: {{p: {{default: {written}}}}}}}")
    assert [each.hint for each in loaded(tmp_path, {"a.yaml": text}).diagnostics] == [hint]
