"""Making what is printed, in the background on behalf of whoever asked: who is meant, the PDF, the letters recorded.

Killed at any moment and begun anew, it goes on where it stood: the pieces are fixed in one transaction, the PDF is made of
them as often as need be, and each letter is recorded in the transaction that notes that it was.
"""

from __future__ import annotations

import itertools
import tempfile
import time
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, cast

from sqlalchemy import delete, func, insert, select, update

from kernel.access.actor import SYSTEM, Actor
from kernel.documents import targets as why
from kernel.documents.composing import Piece, compose
from kernel.documents.engine import DocumentFault, Tell, TooLong, make_pdf
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
from kernel.documents.printed import document_of
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
RECORDED = 50
"""Letters that one transaction records."""
BREATH = 1.0
"""Seconds between two notes of how far it is."""
STATEMENT_TIME = 120.0


def may_take(context: Context, arguments: Mapping[str, Any]) -> bool:
    """Say whether the actor may still print parties."""
    return context.may(*why.RIGHT)


def leave_unmade(runtime: Runtime, *, run_id: int) -> None:
    """Say of a run whose work was stopped or broke down that nothing comes of it."""
    with runtime.system_work("a run that is not made", PRINT, allowed_when_ended=True) as context:
        left = update(PrintRun).where(PrintRun.id == run_id, PrintRun.state.in_((PREPARING, PRINTING)))
        context.session.execute(left.values(state=STOPPED, ended_at=context.now))


@background(PREPARE, _("Prepare letters"), queue="long", inside=True, on_stop=leave_unmade)
def prepare_in_background(runtime: Runtime, progress: Progress, *, run_id: int) -> None:
    """Find out for whom letters are and whether each can be written; they wait to be looked at then."""
    _work(runtime, progress, run_id)


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
def print_in_background(runtime: Runtime, progress: Progress, *, run_id: int) -> None:
    """Make the PDF of a run and keep it as the result."""
    _work(runtime, progress, run_id)


def _work(runtime: Runtime, progress: Progress, run_id: int) -> None:
    try:
        with runtime.reading(SYSTEM("on whose behalf something is printed")) as context:
            run = context.session.get(PrintRun, run_id)
            if run is None or run.state not in (PREPARING, PRINTING):
                return
            actor = acting_user(context, run.user_id)
        if run.state == PREPARING and not _prepare(runtime, actor, run):
            return
        if run.kind != LETTERS or run.state == PRINTING:
            _print(runtime, actor, run, progress)
    except CommandError as error:
        _give_up(runtime, run_id, error.message)
    except TooLong:
        _give_up(runtime, run_id, _("It took longer than a document may."))
    except DocumentFault as error:
        _give_up(runtime, run_id, _("No PDF could be made: %(reason)s", reason=str(error)))
    except LookupError:
        _give_up(runtime, run_id, _("The user who asked for it is no longer active."))


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
    """Make the PDF of the pieces, keep it, and record letters where that is wanted."""
    with runtime.reading(actor, statement_limit=STATEMENT_TIME) as context:
        context.require(*why.RIGHT)
        items, pieces = compose_items(context, run)
        document = document_of(context, run, [each for each in pieces if not each.target.reason])
        name = file_name(context, run)
    _leave_out(runtime, run.id, items, pieces)
    total = len(document.pieces)
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as content:
        pages = 0
        if total:
            told = _told(progress, total)
            pages = make_pdf(document, cast(BinaryIO, content), tell=told)
            content.seek(0)
            progress.keep(cast(BinaryIO, content), name, "application/pdf")
    if run.kind == LETTERS and run.options["record"]:
        _record(runtime, actor, run, dict(zip(items, pieces, strict=True)))
    _finish(runtime, run.id, pages, progress)


def compose_items(context: Context, run: PrintRun, most: int | None = None) -> tuple[list[int], list[Piece]]:
    """Give the pieces of a run that are to be printed, by the ids of their items; the first ones where `most` is given."""
    wanted = (
        select(PrintItem.id, PrintItem.party_id, PrintItem.organisation_id, PrintItem.number)
        .where(PrintItem.run_id == run.id, PrintItem.reason == "")
        .order_by(PrintItem.id)
        .limit(most)
    )
    with context.system("the pieces of a run") as system:
        rows = list(system.session.execute(wanted))
    targets = [
        Target(row.party_id or 0, row.organisation_id, "" if row.party_id else why.GONE) for row in rows
    ]
    return [row.id for row in rows], compose(
        context, run.kind, run.options, targets, [row.number for row in rows]
    )


def file_name(context: Context, run: PrintRun) -> str:
    """Name the file after the run and the day."""
    shown = format_date(context.today, "short", digits="en").replace("/", "-")
    name = "".join(letter for letter in run.name if letter not in '\\/:*?"<>|').strip()
    return f"{name or run.id} {shown}.pdf"


def _told(progress: Progress, total: int) -> Tell:
    """Note how far it is once a second, and end the making where somebody asked for it."""
    last = time.monotonic()
    progress.report(0, total)

    def tell(done: int) -> None:
        nonlocal last
        if time.monotonic() - last < BREATH and done < total:
            return
        last = time.monotonic()
        progress.report(min(done, total), total)
        if progress.stopped():
            raise Stopped

    return tell


def _leave_out(runtime: Runtime, run_id: int, items: Sequence[int], pieces: Sequence[Piece]) -> None:
    """Note of pieces that cannot be printed any more why that is so."""
    gone = [
        {"id": item, "reason": piece.target.reason}
        for item, piece in zip(items, pieces, strict=True)
        if piece.target.reason
    ]
    if not gone:
        return
    with runtime.system_work("pieces that cannot be printed any more", PRINT) as context:
        context.session.execute(update(PrintItem), gone)
        counted = select(func.count()).select_from(PrintItem).where(PrintItem.run_id == run_id)
        left = context.session.execute(counted.where(PrintItem.reason != "")).scalar_one()
        every = context.session.execute(counted).scalar_one()
        context.session.execute(
            update(PrintRun).where(PrintRun.id == run_id).values(pieces=every - left, left_out=left)
        )


def _record(runtime: Runtime, actor: Actor, run: PrintRun, pieces: Mapping[int, Piece]) -> None:
    """Record each letter as an interaction of its party, once however often this is done."""
    open_ones = [item for item, piece in pieces.items() if not piece.target.reason]
    for some in _batches(open_ones):
        with runtime.writing(actor, "print.record") as context:
            wanted = (
                select(PrintItem.id, PrintItem.number)
                .where(PrintItem.id.in_(some), PrintItem.recorded_at.is_(None))
                .order_by(PrintItem.id)
                .with_for_update()
            )
            with context.system("letters not yet recorded") as system:
                rows = list(system.session.execute(wanted))
            made = [
                {"id": row.id, "interaction_id": _interaction(context, pieces[row.id], row.number)}
                for row in rows
            ]
            if made:
                with context.system("letters recorded") as system:
                    noted = [{**each, "recorded_at": context.now} for each in made]
                    system.session.execute(update(PrintItem), noted)


def _interaction(context: Context, piece: Piece, number: str) -> int:
    target = piece.target
    values: dict[str, Any] = {
        "channel": "letter",
        "direction": "out",
        "party": target.organisation or target.party,
        "subject": piece.subject or None,
        "text": piece.text,
        "number": number or None,
    }
    parties = [{"party": target.party}] if target.organisation else []
    recorded: int = context.run("interaction.record", values=values, parties=parties)
    return recorded


def _batches(ids: Sequence[int]) -> list[list[int]]:
    waiting = iter(ids)
    return list(iter(lambda: list(itertools.islice(waiting, RECORDED)), []))


def _finish(runtime: Runtime, run_id: int, pages: int, progress: Progress) -> None:
    with runtime.system_work("a run is done", PRINT, allowed_when_ended=True) as context:
        done = update(PrintRun).where(PrintRun.id == run_id, PrintRun.state == PRINTING)
        context.session.execute(done.values(state=DONE, pages=pages, ended_at=context.now))
        row = context.session.get_one(PrintRun, run_id, populate_existing=True)
        said = _("%(pieces)d printed, %(left_out)d left out", pieces=row.pieces, left_out=row.left_out)
        message = context.text(said)
    progress.say(message=message)


def _give_up(runtime: Runtime, run_id: int, message: LazyText) -> None:
    text = runtime.translate(message)
    with runtime.system_work("a run cannot be made", PRINT, allowed_when_ended=True) as context:
        going_on = PrintRun.id == run_id, PrintRun.state.in_((PREPARING, PRINTING))
        failed = {"state": FAILED, "trouble": text, "ended_at": context.now}
        context.session.execute(update(PrintRun).where(*going_on).values(failed))
