"""The hook file is the table of contents: each hook has its rule, its docstring and its types."""

from __future__ import annotations

import inspect

import kernel.hooks
from kernel.extension.markers import RULE_ATTRIBUTE, Rule, rule_of

HOOKS = {name: value for name, value in vars(kernel.hooks).items() if hasattr(value, RULE_ATTRIBUTE)}
EXPECTED = {
    Rule.ONCE: "resources permissions policies base_lists facets party_roles relation_kinds patterns settings menu "
    "blueprints jobs templates reports search_sources commands cli channels gateways ussd_menus number_series narrow_rows "
    "erasures record_dates scopes notice_kinds document_kinds",
    Rule.REQUIRE: "installed upgraded obstacles_to_uninstall validate obstacles_to_delete merge_conflicts merging "
    "erasing",
    Rule.GATHER: "party_panels party_figures party_actions party_badges timeline dashboard_blocks first_steps slot health",
    Rule.FIRST: "match_caller price answer_message",
    Rule.PUBLISH: "party_changed interaction_recorded message_received",
}


def test_the_hooks_and_their_rules_are_these() -> None:
    actual = {name: rule_of(function) for name, function in HOOKS.items()}
    assert actual == {name: rule for rule, names in EXPECTED.items() for name in names.split()}


def test_each_says_what_it_is_for_and_what_it_takes_and_gives() -> None:
    for name, function in HOOKS.items():
        signature = inspect.signature(function)
        assert len(inspect.getdoc(function) or "") > 20, name
        assert signature.return_annotation is not inspect.Signature.empty, name
        for parameter in signature.parameters.values():
            assert parameter.annotation is not inspect.Parameter.empty, f"{name}: {parameter.name}"
            assert parameter.default is inspect.Parameter.empty, f"{name}: {parameter.name}"


def test_what_is_asked_about_rows_takes_lists() -> None:
    assert "party_ids" in inspect.signature(kernel.hooks.party_badges).parameters
    assert "ids" in inspect.signature(kernel.hooks.obstacles_to_delete).parameters
    assert "changes" in inspect.signature(kernel.hooks.validate).parameters
