"""Which environment is meant, and what follows from it: inventory, limits, token, address and variables."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.environments import Environment, choose, confirmed_endpoint, layer_of
from reconciler.errors import ConfigurationError, GuardRefused
from reconciler.manifests.project_settings import Guards, ProjectSettings

ID = "6f0c2a54-1f5e-4c7b-9a0e-3c9e0f6d2b18"
OTHER = "a2b8d6f0-0000-4000-8000-3c9e0f6d2b18"
ADDRESS = "https://staging.example.com"
STAGING = {"endpoint": ADDRESS, "profile": "staging"}
DECLARED = {"n": {"type": "number", "default": 1, "from_environment": "N"}, "tag": {"from_environment": "TAG"}}


def project(**spec: Any) -> ProjectSettings:
    """Return the settings of a project file that says this."""
    return ProjectSettings.of(spec)


def environment(spec: dict[str, Any] | None = None, **more: Any) -> Environment:
    """Return the environment "staging" of a project that says this of it."""
    return choose(project(environments={"staging": spec or {}, "production": {}}, **more), asked="staging")


class TestChoosing:
    """Nobody works in an environment that nobody chose."""

    def test_without_environments_the_project_stands_for_itself(self) -> None:
        """Also without a project file."""
        assert choose(None, asked=None).name is None
        assert choose(project(org_id="og_a"), asked=None).org_id == "og_a"

    def test_the_default_counts_where_none_is_asked_for(self) -> None:
        """And only there."""
        settings = project(default_environment="a", environments={"a": {}, "b": {}})
        assert choose(settings, asked=None).name == "a"
        assert choose(settings, asked="b").name == "b"

    @pytest.mark.parametrize(
        ("spec", "asked", "said"),
        [
            ({}, "a", "this project has no environments"),
            ({"environments": {"staging": {}, "production": {}}}, None, "staging, production"),
            ({"environments": {"staging": {}, "production": {}}}, "stagin", 'did you mean "staging"?'),
            ({"environments": {"staging": {}, "production": {}}}, "x", "this project has staging, production"),
            ({"environments": {"staging": {}}}, "all", "only plan shows all"),
        ],
    )
    def test_what_there_is_is_listed(self, spec: dict[str, Any], asked: str | None, said: str) -> None:
        """So that the next try is the right one."""
        with pytest.raises(ConfigurationError) as refused:
            choose(project(**spec), asked=asked)
        assert said in f"{refused.value.message} {refused.value.hint}"


class TestInventories:
    """No two environments share an inventory."""

    def test_an_id_is_made_of_the_projects_and_the_name(self) -> None:
        """The same one every time, and another one for each name."""
        settings = project(inventory={"id": ID}, environments={"a": {}, "b": {}})
        ids = [choose(settings, asked=name).inventory_id for name in ("a", "b", "a")]
        assert ids[0] == ids[2] != ids[1]
        assert ID not in ids

    def test_an_own_id_and_store_win(self) -> None:
        """Each by itself."""
        assert environment({"inventory": {"id": OTHER}}, inventory={"id": ID, "store": "s"}).inventory_id == OTHER
        own = environment({"inventory": {"store": "x"}}, inventory={"id": ID, "store": "s"})
        assert own.inventory_store == "x"
        assert environment({}, inventory={"id": ID, "store": "s"}).inventory_store == "s"
        assert environment().inventory_id is environment().inventory_store is None


def test_limits_are_taken_one_by_one() -> None:
    """An environment changes those it names."""
    assert environment().guards == Guards(most_deletions=3, most_deletions_percent=20)
    assert environment({"guards": {"most_deletions": 0}}, guards={"most_deletions_percent": 5}).guards == Guards(
        most_deletions=0, most_deletions_percent=5
    )


class TestOrganizations:
    """The environment's organization is a fact, not a wish."""

    def test_another_one_is_refused_with_both_named(self) -> None:
        """Before anything is asked of a platform."""
        with pytest.raises(GuardRefused) as refused:
            environment({"org_id": "og_a"}).organization("og_b", asked_by="--org")
        assert refused.value.message == 'environment "staging" is organization og_a, --org says og_b'

    def test_the_same_one_may_be_said_again(self) -> None:
        """And any may be where the environment names none."""
        assert environment({"org_id": "og_a"}).organization("og_a", asked_by="--org") == "og_a"
        assert environment({"org_id": "og_a"}).organization(None, asked_by="--org") == "og_a"
        assert environment(org_id="og_p").organization(None, asked_by="--org") == "og_p"
        assert environment().organization("og_b", asked_by="--org") == "og_b"
        assert Environment(project=project(org_id="og_a")).organization("og_b", asked_by="--org") == "og_b"


class TestTokens:
    """An environment that says where its token comes from gets no other."""

    @pytest.mark.parametrize(
        ("spec", "environ", "variables"),
        [
            ({}, {"ROBOTO_API_KEY": "t"}, None),
            ({"profile": "p"}, {"ROBOTO_API_KEY": "t"}, ()),
            ({"token_variable": "S"}, {"S": "t", "ROBOTO_API_KEY": "u"}, ("S",)),
            ({"token_variable": "S", "profile": "p"}, {"S": "t"}, ("S",)),
            ({"token_variable": "S", "profile": "p"}, {"S": " "}, ()),
        ],
    )
    def test_only_what_it_names_is_looked_at(
        self, spec: dict[str, Any], environ: dict[str, str], variables: tuple[str, ...] | None
    ) -> None:
        """None stands for the platform's own variables, nothing for the profile."""
        assert environment(spec).token_variables(environ, asked_profile=None) == variables

    def test_a_variable_that_is_not_set_is_told(self) -> None:
        """By its name; another environment's token is not tried."""
        with pytest.raises(ConfigurationError, match="takes its token from the variable S, which is not set"):
            environment({"token_variable": "S"}).token_variables({"ROBOTO_API_KEY": "t"}, asked_profile=None)

    def test_the_projects_profile_is_not_for_an_environment_with_a_token(self) -> None:
        """It would be used where the variable is not set."""
        assert environment({"token_variable": "S"}, profile="p").profile is None
        assert environment({}, profile="p").profile == "p"


class TestEndpoints:
    """A pull request cannot have a token sent elsewhere."""

    @pytest.mark.parametrize(
        ("outside", "asked", "environ"),
        [
            (ADDRESS, None, {}),
            (f"{ADDRESS}/", None, {}),
            (ADDRESS, ADDRESS, {}),
            ("https://api.roboto.ai", None, {"RECONCILER_ALLOWED_ENDPOINTS": f"https://a.example, {ADDRESS}/"}),
            ("https://api.roboto.ai", None, {"RECONCILER_ALLOWED_ENDPOINTS": f"https://a.example {ADDRESS}"}),
        ],
    )
    def test_what_is_named_outside_counts(self, outside: str, asked: str | None, environ: dict[str, str]) -> None:
        """By flag, variable, profile, or the list of what is allowed."""
        found = confirmed_endpoint(environment(STAGING), outside=outside, asked=asked, environ=environ)
        assert found.rstrip("/") == ADDRESS

    @pytest.mark.parametrize(
        "allowed",
        ["", "https://staging.example.com.evil.example", "https://staging.example.co", "http://staging.example.com"],
    )
    def test_what_only_the_file_names_is_refused(self, allowed: str) -> None:
        """With the ways to confirm it; a part of an address is not the address."""
        with pytest.raises(ConfigurationError) as refused:
            confirmed_endpoint(
                environment(STAGING),
                outside="https://api.roboto.ai",
                asked=None,
                environ={"RECONCILER_ALLOWED_ENDPOINTS": allowed},
            )
        assert ADDRESS in refused.value.message
        assert f"RECONCILER_ALLOWED_ENDPOINTS={ADDRESS}" in refused.value.hint

    def test_another_address_than_the_environments_is_refused(self) -> None:
        """Whoever names both means one of them."""
        with pytest.raises(ConfigurationError, match=r"is at https://staging.example.com, and https://x was asked for"):
            confirmed_endpoint(
                environment(STAGING),
                outside="https://x",
                asked="https://x",
                environ={"RECONCILER_ALLOWED_ENDPOINTS": ADDRESS},
            )

    def test_without_one_the_token_goes_where_it_always_went(self) -> None:
        """The file has no say."""
        assert confirmed_endpoint(environment(), outside="https://x", asked=None, environ={}) == "https://x"


class TestVariables:
    """The environment's value, else the process's, else the default."""

    @pytest.mark.parametrize(
        ("own", "environ", "values"),
        [
            ({}, {}, {"n": 1}),
            ({}, {"N": "2"}, {"n": 2}),
            ({"n": 3}, {"N": "2"}, {"n": 3}),
            ({"n": 0}, {"N": "2"}, {"n": 0}),
            ({}, {"TAG": "", "n": "5"}, {"n": 1, "tag": ""}),
            ({"tag": "t"}, {"HOME": "/"}, {"n": 1, "tag": "t"}),
        ],
    )
    def test_the_nearest_value_counts(
        self, own: dict[str, Any], environ: dict[str, str], values: dict[str, Any]
    ) -> None:
        """No variable of the process is read that the project does not declare."""
        chosen = environment({"variables": own}, variables=DECLARED)
        found = layer_of(chosen, environ=environ, is_whole=True).variables
        assert found.values == values
        assert found.unset.keys() == DECLARED.keys() - values.keys()

    def test_what_would_give_a_value_is_said(self) -> None:
        """For whoever refers to a variable without one."""
        chosen = environment({}, variables=DECLARED)
        said = layer_of(chosen, environ={}, is_whole=True).variables.unset["tag"]
        assert "set TAG" in said
        assert "environments.staging.variables" in said

    def test_text_of_another_type_is_refused(self) -> None:
        """At once: whatever refers to it would be wrong."""
        chosen = environment({}, variables=DECLARED)
        with pytest.raises(ConfigurationError, match='the variable "n" is a number, and N holds "many"'):
            layer_of(chosen, environ={"N": "many"}, is_whole=True)
