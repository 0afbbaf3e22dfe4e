"""Layers of a spec: what wins where."""

from __future__ import annotations

from reconciler.manifests.overlays import overlaid, with_sets


def test_mappings_merge_member_by_member() -> None:
    """A member that is written replaces that member alone."""
    base = {"compute_requirements": {"vCPU": 2048, "memory": 8192}, "metadata": {"a": 1}}
    own = {"compute_requirements": {"memory": 4096}, "metadata": {"b": 2}}
    assert overlaid(base, own) == {
        "compute_requirements": {"vCPU": 2048, "memory": 4096},
        "metadata": {"a": 1, "b": 2},
    }


def test_lists_are_replaced() -> None:
    """Tags that are written are all the tags."""
    assert overlaid({"tags": ["a", "b"]}, {"tags": ["c"]}) == {"tags": ["c"]}


def test_a_reference_is_replaced_whole() -> None:
    """Half of one reference and half of another would name a third action."""
    base = {"inherits": {"name": "a", "digest": "x"}}
    assert overlaid(base, {"inherits": {"name": "b"}}) == {"inherits": {"name": "b"}}


def test_parameters_merge_field_by_field_across_forms() -> None:
    """A map over a list merges by name."""
    base = {"parameters": [{"name": "a", "description": "A", "default": "1"}, {"name": "b"}]}
    merged = overlaid(base, {"parameters": {"a": {"default": "2"}}})
    assert merged == {"parameters": {"a": {"description": "A", "default": "2"}, "b": {}}}


def test_own_parameters_win_over_sets_and_later_sets_over_earlier() -> None:
    """Field by field: what nobody above writes comes from below."""
    first = {"a": {"default": "1", "description": "first"}, "b": {"default": "1"}}
    second = {"a": {"default": "2"}}
    spec = {"parameter_sets": ["first", "second"], "parameters": {"a": {"required": True}}}
    assert with_sets(spec, [first, second]) == {
        "parameters": {"a": {"default": "2", "description": "first", "required": True}, "b": {"default": "1"}}
    }


def test_layers_stay_as_they_were() -> None:
    """Merging changes none of what it merges: sets are shared."""
    shared = {"a": {"default": "1"}}
    with_sets({"parameters": {"a": {"default": "2"}}}, [shared])
    assert shared == {"a": {"default": "1"}}
