"""Merging two records of parties: choose the other one, choose field by field, look at what would happen, do it, undo it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from kernel.fa.digits import stored_number
from kernel.i18n import LazyText, _
from kernel.parties.merge.aliases import survivor_of
from kernel.parties.merge.choosing import DROPPED, KEPT, groups
from kernel.parties.merge.commands import Rehearsed, check_pair, hours, open_merges, questions
from kernel.parties.merge.merging import Summary
from kernel.parties.pairs import probable_partners
from kernel.resources.context import Context
from kernel.resources.errors import CommandError, NotFound, Problem
from kernel.resources.lists import ListQuery
from kernel.resources.lists import page as fetch
from kernel.resources.naming import named
from kernel.resources.records import editable, load
from kernel.resources.resource import Resource
from kernel.web.current import current, run_command, tell
from kernel.web.pages import go_to, render
from kernel.web.views.addresses import list_url, record_url
from kernel.web.views.parties import is_party, plugin_title

CHOICE = "choice."
OFFERED = 20
"""Hits of a search for the other record that the page shows."""


@dataclass
class Found:
    """What a command found wrong: problems by the name of their field, and those of the whole."""

    by_field: dict[str, LazyText] = field(default_factory=dict)
    whole: list[LazyText] = field(default_factory=list)

    def attach(self, problems: tuple[Problem, ...]) -> None:
        """Take over the problems of a command."""
        for problem in problems:
            if problem.field:
                self.by_field[problem.field] = problem.message
            else:
                self.whole.append(problem.message)


def page(resource: Resource, record_id: int) -> ResponseReturnValue:
    """Lead through a merge into this record: without `with` the other one is chosen first."""
    context = current()
    if not is_party(resource):
        raise NotFound()
    context.require("party", "merge")
    other = stored_number(request.values.get("with", ""))
    if other is None:
        editable(context, resource, record_id, "merge")
        return _choose(context, resource, record_id)
    declared = check_pair(context, record_id, other)
    if declared.name != resource.name:
        return go_to(f"{record_url(declared, record_id)}/merge?with={other}")
    if request.method == "GET":
        return _compare(context, resource, record_id, other)
    if request.form.get("do") == "merge":
        return _merge(resource, record_id, other)
    return _preview(resource, record_id, other)


def undo(resource: Resource, record_id: int, merge_id: int) -> ResponseReturnValue:
    """Put both records back as they were."""
    if not is_party(resource):
        raise NotFound()
    if run_command("party.undo_merge", merge_id=merge_id).done:
        tell(_("The merge was undone: both records are back."))
    return go_to(record_url(resource, record_id))


def moved_to(resource: Resource, record_id: int | None) -> ResponseReturnValue | None:
    """Lead an old address to the record into which its own was merged; None where the reader sees no such record."""
    if record_id is None or request.method != "GET" or not is_party(resource):
        return None
    context = current()
    survivor = survivor_of(context, record_id)
    if survivor == record_id:
        return None
    try:
        load(context, resource, survivor)
    except CommandError:
        return None
    old, new = record_url(resource, record_id), record_url(resource, survivor)
    rest = request.path.removeprefix(old)
    query = request.query_string.decode("ascii", "replace")
    return go_to(f"{new}{rest}{'?' if query else ''}{query}")


def undoable(context: Context, resource: Resource, record_id: int) -> list[Any]:
    """Give the merges into a record that the reader may still undo."""
    if not is_party(resource) or not context.may("party", "merge"):
        return []
    return open_merges(context, record_id)


def _choose(context: Context, resource: Resource, record_id: int) -> ResponseReturnValue:
    record = load(context, resource, record_id)
    wanted = request.args.get("q", "").strip()
    hits = []
    if wanted:
        found = fetch(context, resource, ListQuery(search=wanted, limit=OFFERED))
        hits = [
            (row.id, resource.label_text(row.label, context)) for row in found.rows if row.id != record_id
        ]
    return render(
        "merging/choose.html",
        record_id=record_id,
        search=wanted,
        hits=hits,
        partners=probable_partners(context, record_id),
        **_frame(context, resource, record),
    )


def _compare(
    context: Context, resource: Resource, kept: int, dropped: int, found: Found | None = None
) -> ResponseReturnValue:
    records = load(context, resource, kept), load(context, resource, dropped)
    problems = found or Found()
    return render(
        "merging/compare.html",
        status=422 if found else 200,
        kept=records[0],
        dropped=records[1],
        line=[resource.description(context, record) if resource.description else "" for record in records],
        groups=groups(context, resource, *records),
        chosen=_choices(),
        problems=problems,
        swap_url=f"{record_url(resource, dropped)}/merge?with={kept}",
        **_frame(context, resource, records[0]),
    )


def _preview(resource: Resource, kept: int, dropped: int) -> ResponseReturnValue:
    """Do the merge and take it back, and show what it would do."""
    context = current()
    versions = {name: request.form.get(name, "") for name in ("kept_version", "dropped_version")}
    asked = [question for question in questions(context, kept, dropped) if question.key]
    found = Found()
    try:
        run_command(
            "party.rehearse_merge",
            form=found,
            kept=kept,
            dropped=dropped,
            choices=_choices(),
            confirmed=[question.key for question in asked],
        )
    except Rehearsed as rehearsed:
        context = current()
        records = load(context, resource, kept), load(context, resource, dropped)
        return render(
            "merging/preview.html",
            kept=records[0],
            dropped=records[1],
            moved=_counted(context, resource, rehearsed.summary, "moved"),
            given_up=_counted(context, resource, rehearsed.summary, "given_up"),
            questions=[(each, plugin_title(context, each.plugin)) for each in asked],
            choices=_choices(),
            versions=versions,
            hours=hours(context),
            **_frame(context, resource, records[0]),
        )
    return _compare(current(), resource, kept, dropped, found)


def _merge(resource: Resource, kept: int, dropped: int) -> ResponseReturnValue:
    found = Found()
    outcome = run_command(
        "party.merge",
        form=found,
        kept=kept,
        dropped=dropped,
        kept_version=stored_number(request.form.get("kept_version", "")),
        dropped_version=stored_number(request.form.get("dropped_version", "")),
        choices=_choices(),
        confirmed=request.form.getlist("confirmed"),
    )
    if not outcome.done:
        return _compare(current(), resource, kept, dropped, found)
    tell(_("The two records are one now."))
    return go_to(record_url(resource, kept))


def _choices() -> dict[str, str]:
    return {
        name.removeprefix(CHOICE): value
        for name, value in request.form.items()
        if name.startswith(CHOICE) and value in (KEPT, DROPPED)
    }


def _counted(context: Context, resource: Resource, summary: Summary, kind: str) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for table, count in getattr(summary, kind).items():
        title = named(context, resource, table)[0]
        counts[title] = counts.get(title, 0) + count
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _frame(context: Context, resource: Resource, record: Any) -> dict[str, Any]:
    return {
        "resource": resource,
        "list_title": context.text(resource.plural),
        "list_url": list_url(resource),
        "record_url": record_url(resource, record.id),
        "label": resource.label_text(getattr(record, resource.label), context),
        "organisation": resource.icon.startswith("building"),
    }
