"""What an invocation's input selects."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.actions import DataSelector, FileSelector, InvocationInput

paths = st.lists(st.text(min_size=1, max_size=3), min_size=1, max_size=4)


def test_paths_within_a_dataset_make_one_file_selector() -> None:
    """The shorthand sends the dataset and the paths, nothing else."""
    made = InvocationInput.from_dataset_file_paths("ds_1", ["a.bag"])
    assert made.to_wire() == {"files": {"dataset_id": "ds_1", "paths": ["a.bag"]}}


def test_one_selector_and_a_list_of_it_read_alike() -> None:
    """Whoever walks the selectors need not tell one from many."""
    selector, topic = FileSelector(ids=["fl_1"]), DataSelector(names=["/imu"])
    assert InvocationInput(files=selector, topics=topic).safe_files == [selector]
    assert InvocationInput(files=[selector], topics=topic).safe_files == [selector]
    assert InvocationInput(files=selector, topics=topic).safe_topics == [topic]
    assert InvocationInput(files=selector, topics=[topic]).safe_topics == [topic]


def test_what_is_not_selected_is_an_empty_list() -> None:
    """Files alone select no topics, and the other way round."""
    assert InvocationInput(files=FileSelector(ids=["fl_1"])).safe_topics == []
    assert InvocationInput(topics=DataSelector(ids=["tp_1"])).safe_files == []
    assert InvocationInput(topics=DataSelector(ids=["tp_1"])).file_paths == []


def test_the_list_of_selectors_handed_out_is_the_callers_own() -> None:
    """Changing it changes no input."""
    made = InvocationInput(files=[FileSelector(ids=["fl_1"])])
    made.safe_files.clear()
    assert len(made.safe_files) == 1


@given(st.lists(paths, min_size=1, max_size=4))
def test_file_paths_are_all_paths_once_in_order(selected: list[list[str]]) -> None:
    """Nothing is lost, repeated or reordered."""
    made = InvocationInput(files=[FileSelector(paths=listed) for listed in selected])
    assert made.file_paths == list(dict.fromkeys(path for listed in selected for path in listed))
