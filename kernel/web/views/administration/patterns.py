"""Access patterns: the list with what plugins suggest, and the table of rights of one pattern."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import request
from flask.typing import ResponseReturnValue

from kernel.access.scopes import scopes_of
from kernel.administration.field_rules import rules_of
from kernel.administration.patterns import find_pattern, grants_of, holders, pattern_rows, places_of
from kernel.administration.plugins import titles as plugin_titles
from kernel.administration.reasons import scope_words
from kernel.administration.rights import ACTIONS, ResourceRights, grantable
from kernel.administration.suggestions import suggestions
from kernel.fa.digits import stored_number
from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.web.current import SAVED, current, run_command, tell
from kernel.web.pages import go, render
from kernel.web.views.administration.blueprint import administrators, pages

Held = Mapping[tuple[str, str], frozenset[str]]


@dataclass(frozen=True)
class Cell:
    """One right in the table: the name of its control, the choices, and those that are held."""

    name: str
    title: str
    scopes: list[tuple[str, str]]
    held: frozenset[str]
    told: str
    """What is held, in words."""


@dataclass
class Line:
    """The rights on one kind of record."""

    title: str
    source: str
    cells: list[Cell | None] = field(default_factory=list)
    special: list[Cell] = field(default_factory=list)


class PatternForm:
    """What was entered, and what was found wrong with it."""

    def __init__(self) -> None:
        self.errors: dict[str | None, list[LazyText]] = {}

    def attach(self, problems: tuple[Problem, ...]) -> None:
        """Put each problem beside its field."""
        for problem in problems:
            self.errors.setdefault(problem.field, []).append(problem.message)


@pages.get("/patterns")
@administrators
def patterns() -> ResponseReturnValue:
    """List the patterns, and what plugins suggest and is not taken over yet."""
    context = current()
    rows = pattern_rows(context)
    known = {row.name for row in rows}
    offered = [each for each in suggestions(context.runtime) if each.name not in known]
    return render(
        "administration/patterns.html",
        patterns=rows,
        suggestions=offered,
        plugin_titles=plugin_titles(context),
    )


@pages.post("/patterns/take-over")
@administrators
def take_over() -> ResponseReturnValue:
    """Make a suggestion a pattern of the site."""
    outcome = run_command("pattern.take_over", suggestion=request.form.get("suggestion", ""))
    if not outcome.done:
        return go("administration.patterns")
    tell(_("The suggestion is a pattern now; change it as you like."))
    return go("administration.pattern", pattern_id=outcome.value)


@pages.route("/patterns/new", methods=["GET", "POST"])
@administrators
def new_pattern() -> ResponseReturnValue:
    """Show the empty table of rights, or make a pattern."""
    if request.method == "GET":
        return _form({}, "")
    return _save(None)


@pages.route("/patterns/<int:pattern_id>", methods=["GET", "POST"])
@administrators
def pattern(pattern_id: int) -> ResponseReturnValue:
    """Show the rights of a pattern, or save them."""
    context = current()
    found = find_pattern(context, pattern_id)
    if request.method == "GET":
        held = grants_of(context.session, pattern_id)
        return _form(held, found.title, pattern_id=pattern_id, version=found.version)
    return _save(pattern_id)


@pages.post("/patterns/<int:pattern_id>/delete")
@administrators
def delete_pattern(pattern_id: int) -> ResponseReturnValue:
    """Delete a pattern that nobody holds."""
    if run_command("pattern.delete", pattern_id=pattern_id).done:
        tell(_("The pattern is deleted."))
        return go("administration.patterns")
    return go("administration.pattern", pattern_id=pattern_id)


def _save(pattern_id: int | None) -> ResponseReturnValue:
    grants = entered_grants()
    title = request.form.get("title", "")
    version = request.form.get("_version", "")
    form = PatternForm()
    outcome = run_command(
        "pattern.save",
        form=form,
        pattern_id=pattern_id,
        title=title,
        grants=grants,
        version=stored_number(version),
    )
    if outcome.done:
        tell(SAVED)
        return go("administration.patterns")
    return _form(grants, title, pattern_id=pattern_id, version=version, form=form, status=outcome.status)


def entered_grants() -> dict[tuple[str, str], frozenset[str]]:
    """Read the table: controls are named `grant:<resource>:<action>` and hold scopes, one each, or nothing."""
    grants = {}
    for name, entered in request.form.lists():
        mark, _colon, right = name.partition(":")
        resource, colon, action = right.partition(":")
        scopes = scopes_of(scope for scope in entered if scope)
        if mark == "grant" and colon and scopes:
            grants[resource, action] = scopes
    return grants


def _form(
    held: Held,
    title: str,
    *,
    pattern_id: int | None = None,
    version: object = None,
    form: PatternForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    context = current()
    return render(
        "administration/pattern.html",
        status=status,
        lines=table(context, held),
        actions=[context.text(name) for name in ACTIONS.values()],
        title=title,
        pattern_id=pattern_id,
        version=version,
        errors=form.errors if form else {},
        holders=holders(context, pattern_id) if pattern_id else [],
        rules=len(rules_of(context.session, pattern_id)) if pattern_id else 0,
        places=len(places_of(context.session, pattern_id)) if pattern_id else 0,
    )


def table(context: Context, held: Held) -> list[Line]:
    """Lay out everything that can be granted, with what is held."""
    titles = plugin_titles(context)
    lines = []
    for right in grantable(context.runtime):
        line = Line(context.text(right.title), titles.get(right.plugin, ""))
        line.cells = [
            _cell(context, right, action, context.text(name), held) for action, name in ACTIONS.items()
        ]
        special = (
            _cell(context, right, action, context.text(name), held) for action, name in right.special.items()
        )
        line.special = [cell for cell in special if cell is not None]
        lines.append(line)
    return lines


def _cell(context: Context, right: ResourceRights, action: str, title: str, held: Held) -> Cell | None:
    if action not in right.actions:
        return None
    scopes = right.actions[action]
    mine = held.get((right.name, action), frozenset())
    named = [(scope, scope_words(context, scope)) for scope in scopes]
    told = "، ".join(words for scope, words in named if scope in mine)
    return Cell(f"grant:{right.name}:{action}", title, named, mine, told or "—")
