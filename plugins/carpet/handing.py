"""Handing out cards: codes are made, their marks kept, and the cards or the printer's file made of them, in the background.

Killed at any moment and begun anew, it makes new codes for all cards, so whatever an earlier run made is no good.
The marks, the file and the batch's new state come with one transaction: a batch is handed out with codes that fit,
or not at all.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, BinaryIO

from sqlalchemy import delete, insert, select

from kernel.api import (
    Context,
    Progress,
    Runtime,
    Stopped,
    Workbook,
    _,
    background,
    is_persian,
    print_records,
)
from plugins.carpet import codes
from plugins.carpet.commands.batches import HAND_OUT
from plugins.carpet.documents import address_of, card_values, sheets, words_of
from plugins.carpet.models import Batch, Scratch, Serial
from plugins.carpet.serials import grouped

AT_ONCE = 1_000
FILES = {
    "cards": ("pdf", "application/pdf"),
    "file": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
HEADINGS = (
    _("Serial"),
    _("Serial as printed"),
    _("Code"),
    _("Model"),
    _("Size"),
    _("Address of the QR code"),
)


def may_take(context: Context, arguments: Mapping[str, Any]) -> bool:
    """Say whether the actor may still have codes of this batch."""
    del arguments
    return context.may("carpet.batch", "codes")


def leave(runtime: Runtime, *, batch: int, form: str, turn: int) -> None:
    """Let a batch whose cards were not made be handed out again."""
    del form
    with runtime.system_work("cards were not handed out", HAND_OUT, allowed_when_ended=True) as context:
        row = _going_on(context, batch, turn)
        if row is not None:
            row.state = "new"
            context.session.flush()


@background(
    HAND_OUT,
    _("Hand out cards with their codes"),
    queue="long",
    inside=True,
    listed=True,
    unit=_("cards"),
    may_take=may_take,
    on_stop=leave,
)
def hand_out(runtime: Runtime, progress: Progress, *, batch: int, form: str, turn: int) -> None:
    """Make codes for a batch, and what they are printed from."""
    with runtime.system_work("cards are handed out", HAND_OUT) as context:
        row = _going_on(context, batch, turn)
        if row is None:
            return
        rows = select(Serial).where(Serial.batch_id == batch).order_by(Serial.place)
        serials = context.session.execute(rows).scalars().all()
        given = new_codes(context, batch, serials, progress)
        make = _cards if form == "cards" else _file
        content = io.BytesIO()
        make(context, serials, given, content, progress)
        content.seek(0)
        name = f"carpet-cards-{row.number}"
        ending, media_type = FILES[form]
        progress.keep(content, f"{name}.{ending}", media_type)
        row.state, row.handed_at = "printed", context.now
        context.session.flush()
        message = context.text(
            _(
                "%(count)d cards with new codes. Keep the file safe: nobody can make it again.",
                count=len(serials),
            )
        )
    progress.say(message=message)


def _going_on(context: Context, batch: int, turn: int) -> Batch | None:
    wanted = select(Batch).where(Batch.id == batch, Batch.state == "printing", Batch.turn == turn)
    return context.session.execute(wanted.with_for_update()).scalar_one_or_none()


def new_codes(
    context: Context, batch: int, serials: Sequence[Serial], progress: Progress | None = None
) -> dict[int, str]:
    """Make codes for the serials of a batch, keep their marks in place of the former ones, and give them by serials' ids."""
    given = {each.id: codes.new_code() for each in serials}
    of_batch = select(Serial.id).where(Serial.batch_id == batch)
    context.session.execute(
        delete(Scratch).where(Scratch.serial_id.in_(of_batch)).execution_options(synchronize_session=False)
    )
    ids = list(given)
    for first in range(0, len(ids), AT_ONCE):
        part = ids[first : first + AT_ONCE]
        rows = [{"serial_id": number, "mark": codes.mark_of(given[number])} for number in part]
        context.session.execute(insert(Scratch), rows)
        if progress is not None:
            _report(progress, first + len(part), 2 * len(ids))
    return given


def _report(progress: Progress, done: int, total: int) -> None:
    progress.report(done, total)
    if progress.stopped():
        raise Stopped


def _cards(
    context: Context,
    serials: Sequence[Serial],
    given: Mapping[int, str],
    content: BinaryIO,
    progress: Progress,
) -> None:
    words = words_of(context)
    pages = [{"cards": cards, "words": words} for cards in sheets(card_values(context, serials, given))]
    total = 2 * len(pages)
    tell = partial(_sheet_done, progress, len(pages), total)
    print_records(context, "carpet.cards", pages, content, tell=tell)


def _sheet_done(progress: Progress, before: int, total: int, done: int) -> None:
    _report(progress, min(before + done, total), total)


def _file(
    context: Context,
    serials: Sequence[Serial],
    given: Mapping[int, str],
    content: BinaryIO,
    progress: Progress,
) -> None:
    book = Workbook(content, sheet=context.text(_("Cards")), right_to_left=is_persian(context.locale))
    book.heading([context.text(title) for title in HEADINGS], ["text"] * len(HEADINGS))
    for row, card in zip(serials, card_values(context, serials, given), strict=True):
        book.row(
            [
                row.number,
                grouped(row.number),
                given[row.id],
                card["model"],
                card["size"],
                address_of(context.runtime, row.number),
            ]
        )
    book.close()
    _report(progress, 2 * len(serials), 2 * len(serials))
