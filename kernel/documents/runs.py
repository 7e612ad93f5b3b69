"""Runs: something printed in one go. Made, prepared in the background, letters looked at before they are printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, insert, select, update

from kernel.data.series import next_number
from kernel.documents.asking import FIRST, KIND_TITLES, ONE, SERIES, checked_options, counted_up
from kernel.documents.models import (
    DONE,
    FAILED,
    LETTERS,
    PREPARING,
    PRINTING,
    READY,
    STOPPED,
    PrintItem,
    PrintRun,
)
from kernel.documents.ordered import orderer_of
from kernel.documents.targets import POSITION, WITHDRAWN, Target
from kernel.extension.contributions import Setting
from kernel.fa import calendar
from kernel.fa.text import clean
from kernel.i18n import LazyText, _
from kernel.parties.chosen import checked
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, NotFound, Problem, Refused
from kernel.resources.fields import Choice, Instant, Text, UserLink, Whole
from kernel.resources.lists.searching import any_of
from kernel.resources.queue import enqueue
from kernel.resources.resource import Resource, Section, Sort

PREPARE, PRINT = "documents.prepare", "documents.print"
SUBJECT = "print_run"
"""By this a page finds the work of a run."""
LETTER_SERIES = "kernel.letter"
MOST, PREFIX = "documents.most_pieces", "documents.letter_prefix"
SETTINGS = (
    Setting(
        key=MOST,
        title=_("The most labels, envelopes or letters of one run"),
        kind="whole",
        default=5_000,
        bounds=(1, 20_000),
        order=70,
    ),
    Setting(
        key=PREFIX,
        title=_("What the numbers of letters out of the series begin with"),
        help=_("Before the fiscal year and the number: with «ص/» the first is ص/۱۴۰۵/۱."),
        order=71,
    ),
)
RUN_STATES: Mapping[str, LazyText] = {
    PREPARING: _("Being prepared"),
    READY: _("Ready for review"),
    PRINTING: _("Being made"),
    DONE: _("Done"),
    STOPPED: _("Stopped"),
    FAILED: _("Failed"),
}
RUN_TONES: Mapping[str, str] = {READY: "amber", PRINTING: "blue", DONE: "green", FAILED: "red"}


@command("print.create", _("Print labels, envelopes or letters"), resource="party", action="print")
def create(
    context: Context,
    *,
    kind: str,
    source: Mapping[str, Any],
    values: Mapping[str, Any],
    name: str = "",
    company: int | None = None,
) -> int:
    """Have labels, envelopes or letters made in the background; gives the number of the run.

    `source` is that of `kernel.parties.chosen`, or `{"everywhere": True}` for letters to holders of a position at all
    organisations. `values` are those of the form of the kind. `company` is the firm whose address staff get.
    Letters wait to be looked at, all else is made at once. Raises `Invalid` naming the field.
    """
    options = checked_options(context, kind, values)
    if source.get("everywhere"):
        if kind != LETTERS or options["readers"] != POSITION:
            message = _("To all organisations go only letters to whoever holds a position.")
            raise Invalid([Problem("readers", message)])
        meant: dict[str, Any] = {"everywhere": True}
    else:
        meant = checked(source)
    if company is not None:
        options["company"] = company
    run = PrintRun(
        kind=kind,
        name=clean(name)[:100] or context.text(KIND_TITLES[kind]),
        user_id=context.actor.user_id or 0,
        source=meant,
        options=options,
    )
    with context.system("something to be printed") as system:
        system.session.add(run)
        system.session.flush()
        number = run.id
        _ask(context, PREPARE if kind == LETTERS else PRINT, run)
    note(context, "print.create", resource="party", record_id=number, detail={"kind": kind})
    return number


@command("print.start", _("Print labels, envelopes or letters"), resource="party", action="print")
def start(context: Context, *, run_id: int) -> None:
    """Print letters that were looked at: each gets its number now, by hand or out of the series."""
    run = own_run(context, run_id)
    with context.system("letters are printed") as system:
        row = _locked(system, run.id)
        if row.state != READY:
            raise Refused(_("This has moved on meanwhile; look again."))
        _refuse_ordered(row)
        if not row.pieces:
            raise Refused(_("There is nobody for whom something would be printed."))
        _begin(system, row)
        _number(context, system, row)
        _ask(context, PRINT, row)


@command("print.again", _("Print labels, envelopes or letters"), resource="party", action="print")
def again(context: Context, *, run_id: int) -> None:
    """Make the file of a run anew: for the same parties, with the same numbers; nothing is recorded twice."""
    run = own_run(context, run_id)
    with context.system("a file is made anew") as system:
        row = _locked(system, run.id)
        if row.state not in (DONE, STOPPED, FAILED):
            raise Refused(_("This has moved on meanwhile; look again."))
        if row.state != DONE:
            _refuse_ordered(row)
        prepared = select(func.count()).select_from(PrintItem).where(PrintItem.run_id == row.id)
        begun = system.session.execute(prepared).scalar_one() > 0
        numbered = row.kind != LETTERS or row.options["numbering"] == "none" or _has_numbers(system, row)
        row.state = PRINTING if begun and numbered else PREPARING
        row.trouble, row.ended_at, row.round = "", None, row.round + 1
        work = PREPARE if row.state == PREPARING and row.kind == LETTERS else PRINT
        system.session.flush()
        _ask(context, work, row)


@command(
    "print.stop",
    _("Print labels, envelopes or letters"),
    resource="party",
    action="print",
    allowed_when_ended=True,
)
def stop(context: Context, *, run_id: int) -> None:
    """Give up letters that were looked at and are not wanted."""
    run = own_run(context, run_id)
    with context.system("letters are given up") as system:
        row = _locked(system, run.id)
        if row.state not in (PREPARING, READY):
            raise Refused(_("This has moved on meanwhile; look again."))
        _refuse_ordered(row)
        row.state, row.ended_at = STOPPED, context.now
        system.session.flush()


def order_letters(
    context: Context, *, name: str, options: Mapping[str, Any], targets: Sequence[Target], ordered_by: str
) -> tuple[int, list[int]]:
    """Make a run of letters for a part that has them printed; gives its number and its pieces, in the order of the targets.

    Nothing is printed before `begin_ordered`. The caller has seen to it that the actor may print for each of the targets.
    """
    run = PrintRun(
        kind=LETTERS,
        name=name,
        user_id=context.actor.user_id or 0,
        source={},
        options=dict(options),
        state=READY,
        pieces=len(targets),
        ordered_by=ordered_by,
    )
    with context.system("letters are ordered") as system:
        system.session.add(run)
        system.session.flush()
        rows = [
            {"run_id": run.id, "party_id": each.party, "organisation_id": each.organisation}
            for each in targets
        ]
        made = insert(PrintItem).returning(PrintItem.id, sort_by_parameter_order=True)
        items = list(system.session.execute(made, rows).scalars()) if rows else []
    return run.id, items


def begin_ordered(context: Context, run_id: int, withdrawn: Sequence[int]) -> dict[int, str]:
    """Have the letters of an ordered run printed, but for the pieces that are `withdrawn`; gives the number of each.

    Begun again after it was taken back, letters keep the numbers that they have. The work is the actor's own.
    """
    with context.system("ordered letters are printed") as system:
        row = _locked(system, run_id)
        if row.state not in (READY, STOPPED, FAILED):
            raise Refused(_("This has moved on meanwhile; look again."))
        if withdrawn:
            left = update(PrintItem).where(any_of(PrintItem.id, withdrawn)).values(reason=WITHDRAWN)
            system.session.execute(left, execution_options={"synchronize_session": False})
            row.pieces, row.left_out = row.pieces - len(withdrawn), row.left_out + len(withdrawn)
        row.trouble, row.ended_at = "", None
        _begin(system, row)
        if not _has_numbers(system, row):
            _number(context, system, row)
        _ask(context, PRINT, row)
        wanted = select(PrintItem.id, PrintItem.number).where(
            PrintItem.run_id == run_id, PrintItem.reason == ""
        )
        return {each.id: each.number for each in system.session.execute(wanted)}


def take_back(context: Context, run_id: int) -> None:
    """Stop an ordered run whose file is not there yet; what a worker makes of it meanwhile counts no more."""
    with context.system("ordered letters are taken back") as system:
        row = _locked(system, run_id)
        if row.state in (READY, PRINTING):
            row.state, row.ended_at, row.round = STOPPED, context.now, row.round + 1
            system.session.flush()


def _begin(system: Context, row: PrintRun) -> None:
    row.state, row.round = PRINTING, row.round + 1
    system.session.flush()


def _ask(context: Context, work: str, row: PrintRun) -> None:
    enqueue(context, work, subject=(SUBJECT, row.id), run_id=row.id, turn=row.round)


def _refuse_ordered(row: PrintRun) -> None:
    if orderer_of(row) is not None:
        raise Refused(_("These letters belong to a sending; begin and stop them there."))


def own_run(context: Context, run_id: int) -> PrintRun:
    """Give a run that the actor made; `NotFound` for those of others."""
    with context.system("a run of the user's own") as system:
        row = system.session.get(PrintRun, run_id)
        if row is None or row.user_id != (context.actor.user_id or 0):
            raise NotFound()
        system.session.expunge(row)
    return row


def find_run(context: Context, run_id: int) -> PrintRun:
    """Give a run that the actor made, or that a grant lets him see; `NotFound` otherwise."""
    try:
        return own_run(context, run_id)
    except NotFound:
        row = context.session.execute(select(PrintRun).where(PrintRun.id == run_id)).scalar_one_or_none()
        if row is None:
            raise
        return row


def own_runs(context: Context, most: int) -> list[PrintRun]:
    """Give the actor's own runs, newest first."""
    statement = (
        select(PrintRun)
        .where(PrintRun.user_id == (context.actor.user_id or 0))
        .order_by(PrintRun.id.desc())
        .limit(most)
    )
    with context.system("what a user has printed") as system:
        rows = list(system.session.execute(statement).scalars())
        for row in rows:
            system.session.expunge(row)
    return rows


def items_of(context: Context, run_id: int, *conditions: Any, most: int | None = None) -> Sequence[Any]:
    """Give pieces of a run that the actor may know, as rows of ids, numbers and reasons."""
    columns = (
        PrintItem.id,
        PrintItem.party_id,
        PrintItem.organisation_id,
        PrintItem.number,
        PrintItem.reason,
    )
    statement = select(*columns).where(PrintItem.run_id == run_id, *conditions).order_by(PrintItem.id)
    with context.system("the pieces of a run") as system:
        return list(system.session.execute(statement.limit(most)))


def reasons_of(context: Context, run_id: int) -> list[tuple[str, int]]:
    """Give why pieces of a run are left out, with how many each, the most frequent first."""
    statement = (
        select(PrintItem.reason, func.count())
        .where(PrintItem.run_id == run_id, PrintItem.reason != "")
        .group_by(PrintItem.reason)
        .order_by(func.count().desc())
    )
    with context.system("why pieces are left out") as system:
        return [(row[0], row[1]) for row in system.session.execute(statement)]


def _locked(system: Context, run_id: int) -> PrintRun:
    return system.session.get_one(PrintRun, run_id, with_for_update=True, populate_existing=True)


def _has_numbers(system: Context, row: PrintRun) -> bool:
    wanted = select(PrintItem.id).where(PrintItem.run_id == row.id, PrintItem.number != "").limit(1)
    return system.session.execute(wanted).first() is not None


def _number(context: Context, system: Context, run: PrintRun) -> None:
    """Write the numbers of the letters, in their order; those of the series last, since its row is locked then."""
    numbering = run.options["numbering"]
    wanted = (
        select(PrintItem.id).where(PrintItem.run_id == run.id, PrintItem.reason == "").order_by(PrintItem.id)
    )
    ids = list(system.session.execute(wanted).scalars())
    if numbering == ONE:
        numbers = [run.options["number"]] * len(ids)
    elif numbering == FIRST:
        numbers = [counted_up(run.options["number"], place) for place in range(len(ids))]
    elif numbering == SERIES:
        year = str(calendar.fiscal_year(context.today, context.site.fiscal_start).year)
        prefix = context.runtime.setting(PREFIX) or ""
        numbers = [f"{prefix}{year}/{next_number(system.session, LETTER_SERIES, year)}" for _id in ids]
    else:
        return
    rows = [{"id": number, "number": given} for number, given in zip(ids, numbers, strict=True)]
    system.session.execute(update(PrintItem), rows)


PRINT_RUN = Resource(
    name="print_run",
    model=PrintRun,
    title=_("Print run"),
    plural=_("Print runs"),
    path="print-runs",
    icon="printer",
    editable=False,
    unruled=("pieces", "left_out", "pages"),
    fields=(
        Text("name", _("Name"), read_only=True),
        Choice("kind", _("What"), options=KIND_TITLES, read_only=True),
        Choice("state", _("State"), options=RUN_STATES, read_only=True),
        Whole("pieces", _("Pieces"), read_only=True),
        Whole("left_out", _("Left out"), read_only=True),
        Whole("pages", _("Pages"), read_only=True),
        UserLink("user", _("Printed by"), attribute="user_id", read_only=True),
        Instant("created_at", _("Created"), read_only=True),
        Instant("ended_at", _("Ended at"), read_only=True),
    ),
    list_columns=("name", "kind", "state", "pieces", "left_out", "user", "created_at"),
    sections=(Section(_("Print run"), ("name", "kind", "state", "pieces", "left_out", "pages", "user")),),
    quick_filters=("kind", "state", "user"),
    sorts=(Sort("newest", _("Newest first"), ("id",), descending=True),),
    page="/printing/{id}",
)
"""Runs as a list, for whoever may see those of others."""
