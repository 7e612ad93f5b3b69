"""Making what is printed, in the background on behalf of whoever asked: who is meant, the PDF, the letters recorded.

Killed at any moment and begun anew, it goes on where it stood: the pieces are fixed in one transaction, the PDF is made of
them as often as need be, and each letter is recorded in the transaction that notes that it was.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, BinaryIO, cast

from sqlalchemy import delete, func, insert, select, update

from kernel.access.actor import SYSTEM, Actor
from kernel.documents import targets as why
from kernel.documents.composing import Piece, compose
from kernel.documents.engine import DocumentFault, Tell, TooLong, make_pdf, soundly
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
from kernel.documents.ordered import Words, orderer_of
from kernel.documents.printed import document_of
from kernel.documents.recording import record
from kernel.documents.runs import MOST, PREPARE, PRINT
from kernel.documents.targets import Target, find_targets
from kernel.fa.calendar import format_date
from kernel.i18n import LazyText, _
from kernel.resources.acting import acting_user
from kernel.resources.context import Context
from kernel.resources.errors import CommandError, Refused
from kernel.resources.queue import Progress, Stopped, background
from kernel.resources.runtime import Runtime

IN_MEMORY = 8 << 20
BREATH = 1.0
"""Seconds between two notes of how far it is."""
STATEMENT_TIME = 120.0


def may_take(context: Context, arguments: Mapping[str, Any]) -> bool:
    """Say whether the actor may still print parties."""
    return context.may(*why.RIGHT)


def leave_unmade(runtime: Runtime, *, run_id: int, turn: int = 0) -> None:
    """Say of a run whose work was stopped or broke down that nothing comes of it."""
    _end(runtime, run_id, turn, STOPPED, _("Its making was stopped."))


@background(PREPARE, _("Prepare letters"), queue="long", inside=True, on_stop=leave_unmade)
def prepare_in_background(runtime: Runtime, progress: Progress, *, run_id: int, turn: int = 0) -> None:
    """Find out for whom letters are and whether each can be written; they wait to be looked at then."""
    _work(runtime, progress, run_id, turn)


@background(
    PRINT,
    _("Print"),
    queue="long",
    inside=True,
    listed=True,
    unit=_("pieces"),
    may_take=may_take,
    on_stop=leave_unmade,
)
def print_in_background(runtime: Runtime, progress: Progress, *, run_id: int, turn: int = 0) -> None:
    """Make the PDF of a run and keep it as the result."""
    _work(runtime, progress, run_id, turn)


def _work(runtime: Runtime, progress: Progress, run_id: int, turn: int) -> None:
    try:
        with runtime.reading(SYSTEM("on whose behalf something is printed")) as context:
            run = context.session.get(PrintRun, run_id)
            if run is None or run.state not in (PREPARING, PRINTING) or run.round != turn:
                return
            actor = acting_user(context, run.user_id)
        if run.state == PREPARING and not _prepare(runtime, actor, run):
            return
        if run.kind != LETTERS or run.state == PRINTING:
            _print(runtime, actor, run, progress)
    except CommandError as error:
        _end(runtime, run_id, turn, FAILED, error.message)
    except TooLong:
        _end(runtime, run_id, turn, FAILED, _("It took longer than a document may."))
    except DocumentFault as error:
        _end(runtime, run_id, turn, FAILED, _("No PDF could be made: %(reason)s", reason=str(error)))
    except LookupError:
        _end(runtime, run_id, turn, FAILED, _("The user who asked for it is no longer active."))


def _prepare(runtime: Runtime, actor: Actor, run: PrintRun) -> bool:
    """Fix the pieces of a run, and with them who is left out and why; False where it was given up meanwhile."""
    with runtime.writing(actor, PREPARE) as context:
        context.require(*why.RIGHT)
        targets, hidden = find_targets(context, run.kind, run.source, run.options)
        most = context.runtime.setting(MOST)
        if len(targets) > most:
            text = _(
                "These are %(count)d; at most %(most)d are printed in one run.", count=len(targets), most=most
            )
            raise Refused(text)
        found = [each.target for each in compose(context, run.kind, run.options, targets)]
        left_out = sum(bool(each.reason) for each in found)
        with context.system("the pieces of a run") as system:
            system.session.execute(delete(PrintItem).where(PrintItem.run_id == run.id))
            if found:
                system.session.execute(insert(PrintItem), [_row(run.id, each) for each in found])
            ready = {
                "state": READY if run.kind == LETTERS else PRINTING,
                "pieces": len(found) - left_out,
                "left_out": left_out,
                "hidden": hidden,
            }
            going_on = PrintRun.id == run.id, PrintRun.state == PREPARING
            moved = update(PrintRun).where(*going_on).values(ready).returning(PrintRun.id)
            return system.session.execute(moved).first() is not None


def _row(run_id: int, target: Target) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "party_id": target.party,
        "organisation_id": target.organisation,
        "reason": target.reason,
    }


def _print(runtime: Runtime, actor: Actor, run: PrintRun, progress: Progress) -> None:
    """Make the PDF of the pieces, record letters where that is wanted, and keep it."""
    if not _begin(runtime, run):
        return
    with runtime.reading(actor, statement_limit=STATEMENT_TIME) as context:
        context.require(*why.RIGHT)
        items, pieces = compose_items(context, run)
        document = document_of(context, run, [each for each in pieces if not each.target.reason])
        name = file_name(context, run)
    _leave_out(runtime, run, items, pieces)
    total = len(document.pieces)
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as content:
        pages, fault = 0, ""
        if total:
            make = partial(make_pdf, tell=_told(runtime, run, progress, total))
            pages, fault = soundly(document, cast(BinaryIO, content), make)
            content.seek(0)
        if run.kind == LETTERS and run.options["record"]:
            record(runtime, actor, dict(zip(items, pieces, strict=True)))
        keep = partial(_keep, progress, content, name) if total else None
        _finish(runtime, run, (pages, fault), progress, keep)


def _keep(progress: Progress, content: Any, name: str) -> None:
    progress.keep(cast(BinaryIO, content), name, "application/pdf")


def _begin(runtime: Runtime, run: PrintRun) -> bool:
    """Tell whoever ordered the letters that their making begins; False where it was taken back meanwhile."""
    orderer = orderer_of(run)
    if orderer is None:
        return True
    with runtime.system_work("ordered letters are being made", PRINT) as context:
        if _going_on(context, run) is None:
            return False
        orderer.begun(context, run.id)
    return True


def _going_on(context: Context, run: PrintRun) -> PrintRun | None:
    """Give the run, locked, as long as what this worker makes of it counts; the context acts for the system."""
    wanted = select(PrintRun).where(
        PrintRun.id == run.id, PrintRun.state == PRINTING, PrintRun.round == run.round
    )
    return context.session.execute(wanted.with_for_update()).scalar_one_or_none()


def compose_items(context: Context, run: PrintRun, most: int | None = None) -> tuple[list[int], list[Piece]]:
    """Give the pieces of a run that are to be printed, by the ids of their items; the first ones where `most` is given."""
    wanted = (
        select(PrintItem.id, PrintItem.party_id, PrintItem.organisation_id, PrintItem.number)
        .where(PrintItem.run_id == run.id, PrintItem.reason == "")
        .order_by(PrintItem.id)
        .limit(most)
    )
    orderer = orderer_of(run)
    with context.system("the pieces of a run") as system:
        rows = list(system.session.execute(wanted))
        words = orderer.words(system, run.id) if orderer is not None else None
    targets = [Target(row.party_id or 0, row.organisation_id, _missing(row, words)) for row in rows]
    own = [words.get(row.id) for row in rows] if words is not None else ()
    return [row.id for row in rows], compose(
        context, run.kind, run.options, targets, [row.number for row in rows], own
    )


def _missing(row: Any, words: Mapping[int, Words] | None) -> str:
    if row.party_id is None:
        return why.GONE
    return "" if words is None or row.id in words else why.WITHDRAWN


def file_name(context: Context, run: PrintRun) -> str:
    """Name the file after the run and the day."""
    shown = format_date(context.today, "short", digits="en").replace("/", "-")
    name = "".join(letter for letter in run.name if letter not in '\\/:*?"<>|').strip()
    return f"{name or run.id} {shown}.pdf"


def _told(runtime: Runtime, run: PrintRun, progress: Progress, total: int) -> Tell:
    """Note how far it is once a second, and end the making where somebody asked for it, or took the letters back."""
    last = time.monotonic()
    progress.report(0, total)

    def tell(done: int) -> None:
        nonlocal last
        if time.monotonic() - last < BREATH and done < total:
            return
        last = time.monotonic()
        progress.report(min(done, total), total)
        if progress.stopped() or _taken_back(runtime, run):
            raise Stopped

    return tell


def _taken_back(runtime: Runtime, run: PrintRun) -> bool:
    with runtime.reading(SYSTEM("whether what is printed is still wanted")) as context:
        wanted = select(PrintRun.round).where(PrintRun.id == run.id)
        return context.session.execute(wanted).scalar_one_or_none() != run.round


def _leave_out(runtime: Runtime, run: PrintRun, items: Sequence[int], pieces: Sequence[Piece]) -> None:
    """Note of pieces that cannot be printed any more why that is so."""
    gone = [
        {"id": item, "reason": piece.target.reason}
        for item, piece in zip(items, pieces, strict=True)
        if piece.target.reason
    ]
    if not gone:
        return
    with runtime.system_work("pieces that cannot be printed any more", PRINT) as context:
        row = _going_on(context, run)
        if row is None:
            raise Stopped
        context.session.execute(update(PrintItem), gone)
        counted = select(func.count()).select_from(PrintItem).where(PrintItem.run_id == run.id)
        row.left_out = context.session.execute(counted.where(PrintItem.reason != "")).scalar_one()
        row.pieces = context.session.execute(counted).scalar_one() - row.left_out
        context.session.flush()


def _finish(
    runtime: Runtime,
    run: PrintRun,
    made: tuple[int, str],
    progress: Progress,
    keep: Callable[[], None] | None,
) -> None:
    """Keep the file and say that the run is done, unless it was taken back: whoever does that waits for this transaction.

    `made` is the number of pages, and what was wrong with the site's layout.
    """
    with runtime.system_work("a run is done", PRINT, allowed_when_ended=True) as context:
        row = _going_on(context, run)
        if row is None:
            raise Stopped
        if keep is not None:
            keep()
        row.state, row.ended_at = DONE, context.now
        row.pages, row.layout_fault = made
        context.session.flush()
        orderer = orderer_of(run)
        if orderer is not None:
            orderer.printed(context, run.id)
        said = _("%(pieces)d printed, %(left_out)d left out", pieces=row.pieces, left_out=row.left_out)
        message = context.text(said)
    progress.say(message=message)


def _end(runtime: Runtime, run_id: int, turn: int, state: str, message: LazyText) -> None:
    """Say that nothing comes of a run, unless it has gone on since."""
    text = runtime.translate(message)
    with runtime.system_work("a run cannot be made", PRINT, allowed_when_ended=True) as context:
        row = context.session.get(PrintRun, run_id, with_for_update=True)
        if row is None or row.state not in (PREPARING, PRINTING) or row.round != turn:
            return
        row.state, row.ended_at = state, context.now
        row.trouble = text if state == FAILED else ""
        context.session.flush()
        orderer = orderer_of(row)
        if orderer is not None:
            orderer.given_up(context, run_id, text)
