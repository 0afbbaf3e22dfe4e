"""What every client must be able to do with a served platform, the official ones and ours; one file a class."""

from __future__ import annotations

from typing import Final

from tests.conformance.sdk import Story
from tests.conformance.stories.actions import actions
from tests.conformance.stories.datasets import datasets
from tests.conformance.stories.files import files
from tests.conformance.stories.invocations import invocations
from tests.conformance.stories.newer import ends_of_runs, newer_triggers, schedules
from tests.conformance.stories.runs import runs
from tests.conformance.stories.searches import searches
from tests.conformance.stories.statuses import statuses
from tests.conformance.stories.triggers import triggers

#: What both official releases and our package tell.
STORIES: Final[dict[str, Story]] = {
    story.__name__: story for story in (actions, datasets, invocations, runs, statuses, triggers)
}

#: What both official releases tell, and ours has other ways for.
OFFICIAL_STORIES: Final[dict[str, Story]] = {story.__name__: story for story in (files,)}

#: What only the newest official release can tell.
NEWER_STORIES: Final[dict[str, Story]] = {
    story.__name__: story for story in (newer_triggers, ends_of_runs, schedules, searches)
}
