"""For each rule, manifests in which it must find something, and manifests in which it must not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tests.lint.building import action, documents, parameter_set, trigger

FULL: Final = "short_description: Reads bags., timeout: 60"

#: Tokens in the formats of their services, put together here so that no scanner takes this file for a leak.
GITHUB_TOKEN: Final = "ghp_" + "a1B2c3D4" * 5
AWS_KEY: Final = "AKIA" + "QX7ZP2M4" * 2
PRIVATE_KEY: Final = "-----BEGIN " + "OPENSSH PRIVATE KEY-----"
RANDOM_VALUE: Final = "aZ3kf9Qp2LmX8" + "vTr6WnB4yHs"


@dataclass(frozen=True)
class Cases:
    """Texts of one rule; ``bad`` ones hold exactly what it is about."""

    bad: tuple[str, ...]
    good: tuple[str, ...]


def image(uri: str) -> str:
    """Return an action of this image."""
    return action(f"{{uri: {uri}, {FULL}}}")


def of_action(more: str) -> str:
    """Return an action with more in its spec."""
    return action(f"{{uri: acme/ingest:1, {FULL}, {more}}}")


def files_of(patterns: str, more: str = "", *, name: str = "on_upload") -> str:
    """Return a trigger for each file of these patterns."""
    return trigger(f"{{action_name: ingest, for_each: dataset_file, required_inputs: {patterns}{more}}}", name=name)


def on_condition(condition: str, more: str = "") -> str:
    """Return a trigger with a condition."""
    return trigger(f'{{action_name: ingest, required_inputs: ["**/*.bag"], condition: {condition}{more}}}')


def pair(first: str, second: str) -> str:
    """Return two triggers of one action, each with this in its spec."""
    return documents(
        trigger(f"{{action_name: ingest, {first}}}", name="a"), trigger(f"{{action_name: ingest, {second}}}", name="b")
    )


def both(*members: str, operator: str = "AND") -> str:
    """Return a group of comparisons."""
    return f"{{operator: {operator}, conditions: [{', '.join(members)}]}}"


def is_equal(field: str, value: str) -> str:
    """Return a comparison."""
    return f"{{field: {field}, comparator: EQUALS, value: {value}}}"


HAMBURG: Final = is_equal("metadata.site", "hamburg")
BREMEN: Final = is_equal("metadata.site", "bremen")
BAGS: Final = 'required_inputs: ["**/*.bag"]'
LIDAR: Final = 'required_inputs: ["lidar/*.bag"]'

CASES: Final[dict[str, Cases]] = {
    "unpinned-image": Cases(
        bad=(image("acme/ingest"), image("localhost:5000/acme/ingest"), image("acme/ingest:latest"), image("a:Main")),
        good=(
            image("acme/ingest:1.4.0"),
            image("localhost:5000/acme/ingest:1"),
            image("acme/ingest@sha256:0a1b"),
            image("acme/ingest:latest@sha256:0a1b"),
            action("{inherits: {name: other, owner: og_other}}"),
        ),
    ),
    "image-without-digest": Cases(
        bad=(image("acme/ingest:1.4.0"), image("acme/ingest")),
        good=(image("acme/ingest:1@sha256:0a1b"), action("{inherits: {name: other, owner: og_other}}")),
    ),
    "missing-description": Cases(
        bad=(
            action("{uri: acme/ingest:1}"),
            of_action("parameters: {rate: {default: '1'}}"),
            of_action("parameters: [{name: rate}]"),
            documents(of_action("parameter_sets: [shared]"), parameter_set("{rate: {default: '1'}}")),
        ),
        good=(
            action("{uri: acme/ingest:1, description: Reads bags.}"),
            of_action("parameters: {rate: {description: In hertz.}}"),
        ),
    ),
    "missing-timeout": Cases(
        bad=(image("a:1").replace("timeout: 60", "tags: [a]"),),
        good=(
            image("a:1"),
            documents(of_action("tags: [a]"), action("{inherits: {name: ingest}}", name="child")),
        ),
    ),
    "unused-parameter-set": Cases(
        bad=(
            parameter_set("{rate: {description: In hertz.}}"),
            documents(
                of_action("parameter_sets: [used]"),
                parameter_set("{a: {description: A.}}", name="used"),
                parameter_set("{b: {description: B.}}", name="unused"),
            ),
        ),
        good=(documents(of_action("parameter_sets: [shared]"), parameter_set("{rate: {description: In hertz.}}")),),
    ),
    "trigger-created-enabled": Cases(
        bad=(files_of('["**/*.bag"]'), files_of('["**/*.bag"]', "").replace("on_upload", "enabled_one")),
        good=(files_of('["**/*.bag"]', ", enabled: true"), files_of('["**/*.bag"]', ", enabled: false")),
    ),
    "trigger-without-condition": Cases(
        bad=(files_of('["**/*.bag"]'), trigger("{action_name: ingest, required_inputs: [a.bag]}")),
        good=(on_condition(HAMBURG),),
    ),
    "redundant-pattern": Cases(
        bad=(
            files_of('["**/*.bag", "**/lidar/*.bag"]'),
            files_of('["*.bag", "**/*.bag"]'),
            trigger('{action_name: ingest, required_inputs: ["a.bag", "a.bag"]}'),
            trigger('{action_name: ingest, required_inputs: [a.bag], additional_inputs: ["*.yaml", "cal/*.yaml"]}'),
        ),
        good=(
            files_of('["**/*.bag", "**/*.mcap"]'),
            files_of('["**/*.bag", "!old/", "old/keep.bag"]'),
            files_of('["lidar/*.bag", "camera/*.bag"]'),
            trigger('{action_name: ingest, required_inputs: ["**/*.bag", "**/lidar/*.bag"]}'),
        ),
    ),
    "unknown-condition-field": Cases(
        bad=(
            on_condition(is_equal("metdata.site", "a")),
            on_condition(is_equal("dataset.tag", "a")),
            on_condition(is_equal("tags.night", "a")),
            on_condition(is_equal("file.name", "a")),
            on_condition(both(HAMBURG, is_equal("sensor", "lidar"), operator="OR")),
            on_condition(is_equal("file.metdata.x", "a"), ", for_each: dataset_file"),
        ),
        good=(
            on_condition(HAMBURG),
            on_condition(is_equal("dataset.metadata.site.hall", "a")),
            on_condition("{field: tags, comparator: CONTAINS, value: night}"),
            on_condition(is_equal("file.metadata.x", "a"), ", for_each: dataset_file"),
            on_condition(is_equal("file.dataset.name", "a"), ", for_each: dataset_file"),
            on_condition(is_equal("topic.name", "a")),
        ),
    ),
    "impossible-condition": Cases(
        bad=(
            on_condition(both(HAMBURG, BREMEN)),
            on_condition(both(both(HAMBURG, BREMEN), operator="NOT")),
            on_condition(both(HAMBURG, both(BREMEN, is_equal("tags", "a")))),
            on_condition(both(is_equal("metadata.a", "true"), is_equal("metadata.a", "false"))),
        ),
        good=(
            on_condition(both(HAMBURG, BREMEN, operator="OR")),
            on_condition(both(HAMBURG, HAMBURG)),
            on_condition(both(HAMBURG, is_equal("metadata.shift", "bremen"))),
            on_condition(both(is_equal("metadata.a", "1"), is_equal("metadata.a", '"1"'))),
            on_condition(both(both(HAMBURG, both(BREMEN, operator="OR")), operator="OR")),
        ),
    ),
    "shadowed-trigger": Cases(
        bad=(
            pair(BAGS, LIDAR),
            pair(BAGS, BAGS),
            pair(f"{BAGS}, condition: {HAMBURG}", BAGS),
            pair(f"{BAGS}, condition: {both(HAMBURG, BREMEN, operator='OR')}", f"{BAGS}, condition: {HAMBURG}"),
            pair(BAGS, 'required_inputs: ["**/*.bag", "calibration.yaml"]'),
            pair(f"{BAGS}, causes: [file_upload, file_ingest]", f"{LIDAR}, causes: [file_upload]"),
            pair(f"{BAGS}, for_each: dataset_file", 'required_inputs: [a.bag, "b/*.bag"], for_each: dataset_file'),
        ),
        good=(
            pair(BAGS, 'required_inputs: ["**/*.mcap"]'),
            pair(f"{BAGS}, enabled: false", BAGS),
            pair(f"{BAGS}, parameter_values: {{language: de}}", f"{BAGS}, parameter_values: {{language: en}}"),
            pair(f"{BAGS}, condition: {HAMBURG}", f"{BAGS}, condition: {BREMEN}"),
            pair(f"{BAGS}, causes: [file_upload]", f"{BAGS}, causes: [file_ingest]"),
            pair(f"{BAGS}, causes: [file_upload]", BAGS),
            pair(f"{BAGS}, for_each: dataset_file", BAGS),
            pair('required_inputs: ["**/*.bag", "!lidar/"]', LIDAR),
            pair(BAGS, BAGS.replace("bag", "mcap")),
        ),
    ),
    "own-output-loop": Cases(
        bad=(
            files_of('["**/*.*"]'),
            files_of('["?*"]'),
            documents(of_action("parameters: {output_format: {default: mcap}}"), files_of('["**/*.mcap"]')),
            documents(
                of_action("parameters: {output_format: {default: bag}}"),
                files_of('["**/*.mcap"]', ", parameter_values: {output_format: mcap}"),
            ),
            documents(
                of_action("container_parameters: {command: [run, --output, 'out/{name}.mcap']}"),
                files_of('["**/*.mcap"]'),
            ),
            documents(
                of_action('container_parameters: {command: [sh, -c, "cut >$ROBOTO_OUTPUT_DIR/cut/a.mcap"]}'),
                files_of('["cut/*"]'),
            ),
            documents(
                of_action("container_parameters: {env_vars: {OUTPUT_PATH: $ROBOTO_OUTPUT_DIR/cut}}"),
                files_of('["cut/**"]'),
            ),
            documents(
                of_action("parameters: {output_format: {default: mcap}}"),
                action("{inherits: {name: ingest}}", name="child"),
                files_of('["**/*.mcap"]').replace("action_name: ingest", "action_name: child"),
            ),
            documents(
                of_action("parameters: {output_format: {default: mcap}}"),
                of_action("parameters: {output_format: {default: bag}}").replace("name: ingest", "name: back"),
                files_of('["**/*.bag"]'),
                files_of('["**/*.mcap"]', name="reversed").replace("action_name: ingest", "action_name: back"),
            ),
        ),
        good=(
            documents(of_action("parameters: {output_format: {default: mcap}}"), files_of('["**/*.bag"]')),
            documents(of_action("parameters: {output_format: {default: mcap}}"), files_of('["in/*.mcap"]')),
            documents(
                of_action("parameters: {output_dir: {default: cut}}"), files_of('["**/*.mcap", "**/*.bag", "!cut/"]')
            ),
            documents(
                of_action("parameters: {output_format: {default: mcap}}"),
                trigger('{action_name: ingest, required_inputs: ["**/*.mcap"]}'),
            ),
            documents(
                of_action("parameters: {output_format: {default: mcap}}"),
                files_of('["**/*.mcap"]', ", enabled: false"),
            ),
            documents(
                of_action("parameters: {output_format: {default: mcap}}"),
                files_of('["**/*.mcap"]', f", condition: {is_equal('file.metadata.made_by', 'robot')}"),
            ),
            documents(of_action("parameters: {output: {default: 's3://elsewhere/a.mcap'}}"), files_of('["**/*.mcap"]')),
            documents(of_action("parameters: {outputs: {default: 'true'}}"), files_of('["**/true/*"]')),
            documents(
                of_action("parameters: {output_format: {default: mcap}}"),
                files_of('["**/*.mcap"]', ", causes: [dataset_metadata_update]"),
            ),
        ),
    ),
    "literal-secret": Cases(
        bad=(
            of_action(f"container_parameters: {{env_vars: {{PLAIN: {GITHUB_TOKEN}}}}}"),
            f"# the old one was {AWS_KEY}\n" + image("a:1"),
            of_action(f"description: {PRIVATE_KEY}").replace("short_description: Reads bags., ", ""),
            of_action("container_parameters: {env_vars: {DB: 'postgres://app:hunter2@db/x'}}"),
            of_action("container_parameters: {env_vars: {MAP_API_KEY: our-own}}"),
            of_action("container_parameters: {command: [run, --token=abc]}"),
            of_action("container_parameters: {command: [run, --password, abc]}"),
            of_action("container_parameters: {command: [sh, -c, 'run --password abc']}"),
            of_action("parameters: {password: {description: It., default: '1234'}}"),
            of_action("metadata: {api_key: abc}"),
            of_action(f"container_parameters: {{env_vars: {{PLAIN: {RANDOM_VALUE}}}}}"),
            action("{uri: a:1}\nlifecycle: {sensitive: [MAPBOX_PK]}").replace(
                "uri: a:1", "uri: a:1, container_parameters: {env_vars: {MAPBOX_PK: pk.abc}}"
            ),
            trigger("{action_name: ingest, required_inputs: [a.bag], parameter_values: {upload_token: abc}}"),
            parameter_set("{token: {description: It., default: abc}}"),
            image("a:1").replace("metadata: {name: ingest}", "metadata: {name: ingest, annotations: {secret: abc}}"),
        ),
        good=(
            of_action("parameters: {token: {description: It., required: true}}"),
            of_action("parameters: {max_tokens: {description: It., default: '4096'}}"),
            of_action("parameters: {sort_key: {description: It., default: 'true'}}"),
            of_action("parameters: {primary_key: {description: It., default: run_id}}"),
            of_action("parameters: {token_file: {description: It., default: /run/token}}"),
            of_action("parameters: {secret_name: {description: It., default: weights}}"),
            of_action("parameters: {model: {description: It., default: yolo-pallets-large-2026-09}}"),
            of_action("parameters: {topic: {description: It., default: /camera_front/image_rect_color/compressed}}"),
            of_action("parameters: {commit: {description: It., default: 5f1d2b7c4a9e8036d1c2b3a4958677e8f90a1b2c}}"),
            of_action("parameters: {dataset: {description: It., default: ds_95bd5c018df123a5ac4a}}"),
            of_action("parameters: {run: {description: It., default: 6f0c1a52-0d1e-4a6b-9a55-1f2e3d4c5b6a}}"),
            of_action("container_parameters: {env_vars: {TOKEN: 'roboto-secret://token'}}"),
            of_action("container_parameters: {env_vars: {TOKEN: '${TOKEN}'}}"),
            of_action("container_parameters: {command: [run, --token, --verbose]}"),
            of_action("container_parameters: {env_vars: {DB: 'postgres://db:5432/x'}}"),
            of_action("container_parameters: {env_vars: {DB: 'postgres://app:${PASSWORD}@db/x'}}"),
            trigger(
                "{action_name: ingest, required_inputs: [a.bag], parameter_values: {token: 'roboto-secret://token'}}"
            ),
        ),
    ),
    "illegal-ignore": Cases(
        bad=(
            "# reconciler: ignore[missing-timeout]\n" + action("{uri: a:1}"),
            "# reconciler: ignore[no-such-rule] because\n" + action("{uri: a:1}"),
            "# reconciler: ignore because\n" + action("{uri: a:1}"),
            "# reconciler: ignore[] because\n" + action("{uri: a:1}"),
        ),
        good=(
            "# reconciler: ignore[missing-timeout] because\n" + action("{uri: a:1}"),
            "# reconciler ignores nothing here\n" + action("{uri: a:1}"),
            action('{uri: a:1, description: "# reconciler: ignore[x]"}'),
            action("\n  uri: a:1\n  description: |\n    # reconciler: ignore[x]\n    words\n"),
        ),
    ),
    "unused-ignore": Cases(
        bad=(
            "# reconciler: ignore[unpinned-image] because\n" + image("a:1"),
            "# reconciler: ignore[missing-timeout, unpinned-image] because\n" + action("{uri: a:1}"),
            image("a") + "# reconciler: ignore[unpinned-image] too late\n",
        ),
        good=("# reconciler: ignore[unpinned-image] because\n" + image("a"),),
    ),
}
