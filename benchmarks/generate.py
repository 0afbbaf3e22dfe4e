"""Write a project of N actions and N/2 triggers, about 1.3 kB each, one a file.

python -m benchmarks.generate DIR --actions 1000 [--change 0.01]
"""

from __future__ import annotations

import argparse
from pathlib import Path

ACTION = """\
apiVersion: reconciler/v1
kind: Action
metadata:
  name: {name}
  labels: {{ team: team-{team}, tier: production }}
spec:
  uri: ghcr.io/example-robotics/{name}:1.{team}.0
  short_description: Step {number} of the nightly pipeline.{mark}
  description: |
    Reads the recordings of one shift, keeps what matters for step {number}, and writes the result next to them.

    Recordings that are still being written are left for the next run. Runs are independent of each other, so a
    failed run can be repeated at any time without side effects.
  compute_requirements: {{ vCPU: 1024, memory: 4096, storage: 50 }}
  container_parameters:
    command: [python, -m, pipeline.step, "--number", "{number}"]
    env_vars: {{ OMP_NUM_THREADS: "4", LOG_LEVEL: info }}
  parameters:
    topics: {{ description: "Comma-separated topics; empty means all.", default: "" }}
    start_time: {{ description: Seconds since the beginning of the recording. }}
    end_time: {{ description: Seconds since the beginning of the recording. }}
    confidence: {{ description: "Detections below this are dropped, 0 to 1.", default: "0.35" }}
    site: {{ description: Site the shift was driven on., required: true }}
  tags: [pipeline, nightly, team-{team}]
  metadata: {{ owner: team-{team}, cost_center: {number}, oncall: "#robot-data" }}
  timeout: 90
"""

TRIGGER = """\
apiVersion: reconciler/v1
kind: Trigger
metadata:
  name: on_{name}
  labels: {{ team: team-{team}, tier: production }}
  annotations:
    runbook: https://wiki.example.com/robots/pipeline/step-{number}
    purpose: >-
      Runs the step as soon as a shift has been uploaded and ingested. Shifts of test robots are left out; they have a
      tag of their own. The order of steps does not matter, each looks for its own inputs. When a robot comes home late,
      its files arrive in several uploads, and the step waits until all of them are there. Whoever changes the patterns
      below should look at the listing of a real shift first, since the names of recordings differ between robot types.
spec:
  action_name: {name}
  for_each: dataset
  required_inputs: ["**/camera_front/*.mcap", "**/step-{number}/*.yaml"]
  additional_inputs: ["**/camera_rear/*.mcap", "**/calibration.yaml"]
  causes: [file_upload, file_ingest]
  condition:
    operator: AND
    conditions:
      - {{ field: metadata.sensor_type, comparator: EQUALS, value: camera }}
      - {{ field: tags, comparator: NOT_CONTAINS, value: test-robot }}
  parameter_values: {{ site: "site-{team}{mark}", confidence: "0.5" }}
  timeout: 120
"""

PROJECT = """\
apiVersion: reconciler/v1
kind: Project
metadata: { name: benchmark }
spec: { platform: embedded }
"""


def write_project(folder: Path, *, actions: int, changed: float = 0.0) -> int:
    """Write the project and return how many documents it has; ``changed`` of them differ from the unmarked ones."""
    for name in ("actions", "triggers"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "reconciler.yaml").write_text(PROJECT)
    every = round(1 / changed) if changed else 0
    for number in range(actions):
        facts = {
            "name": f"step_{number:05}",
            "number": number,
            "team": number % 37,
            "mark": " Now faster." if every and number % every == 0 else "",
        }
        (folder / "actions" / f"{facts['name']}.yaml").write_text(ACTION.format(**facts))
        if number % 2 == 0:
            (folder / "triggers" / f"on_{facts['name']}.yaml").write_text(TRIGGER.format(**facts))
    return actions + (actions + 1) // 2


def main() -> None:
    """Write what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--actions", type=int, default=1000)
    parser.add_argument("--change", type=float, default=0.0, help="share of documents that differ, such as 0.01")
    given = parser.parse_args()
    print(write_project(given.folder, actions=given.actions, changed=given.change), "documents")


if __name__ == "__main__":
    main()
