"""The field rules of an access pattern: which fields its holders see masked, read-only, or not at all."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request
from flask.typing import ResponseReturnValue

from kernel.administration.field_rules import TITLES, Rules, rulable, rules_of
from kernel.administration.patterns import find_pattern
from kernel.administration.plugins import titles as plugin_titles
from kernel.fa.digits import stored_number
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.web.current import SAVED, current, run_command, tell
from kernel.web.pages import go, render
from kernel.web.views.administration.blueprint import administrators, pages
from kernel.web.views.administration.patterns import PatternForm

MARK = "field"
"""Controls are named `field:<resource>:<field>`, and hold a rule or nothing."""


@dataclass(frozen=True)
class Choice:
    """One field: the name of its control, its title, in which part or facet it stands, and the rule it has."""

    name: str
    title: str
    within: str
    held: str


@dataclass(frozen=True)
class Group:
    """The fields of one kind of record, and how many of them have a rule."""

    title: str
    source: str
    fields: list[Choice]
    ruled: int


@pages.route("/patterns/<int:pattern_id>/fields", methods=["GET", "POST"])
@administrators
def pattern_fields(pattern_id: int) -> ResponseReturnValue:
    """Show the fields with their rules, or save what was chosen."""
    context = current()
    pattern = find_pattern(context, pattern_id)
    form = PatternForm()
    status = 200
    held: Rules = rules_of(context.session, pattern_id)
    if request.method == "POST":
        held = _entered()
        outcome = run_command(
            "pattern.set_fields",
            form=form,
            pattern_id=pattern_id,
            rules=held,
            version=stored_number(request.form.get("_version", "")),
        )
        if outcome.done:
            tell(SAVED)
            return go("administration.pattern", pattern_id=pattern_id)
        status = outcome.status
        context = current()
        pattern = find_pattern(context, pattern_id)
    return render(
        "administration/pattern_fields.html",
        status=status,
        pattern=pattern,
        groups=_groups(context, held),
        rules=[
            ("", context.text(_("Seen and changed"))),
            *((key, context.text(t)) for key, t in TITLES.items()),
        ],
        errors=form.errors,
    )


def _entered() -> dict[tuple[str, str], str]:
    rules = {}
    for name, rule in request.form.items():
        mark, _colon, key = name.partition(":")
        resource, colon, item = key.partition(":")
        if mark == MARK and colon and rule:
            rules[resource, item] = rule
    return rules


def _groups(context: Context, held: Rules) -> list[Group]:
    titles = plugin_titles(context)
    groups = []
    for each in rulable(context.runtime):
        fields = [
            Choice(
                f"{MARK}:{each.name}:{item.name}",
                context.text(item.title),
                context.text(item.within),
                held.get((each.name, item.name), ""),
            )
            for item in each.fields.values()
        ]
        ruled = sum(bool(item.held) for item in fields)
        groups.append(Group(context.text(each.title), titles.get(each.plugin, ""), fields, ruled))
    return groups
