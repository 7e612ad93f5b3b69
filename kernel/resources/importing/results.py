"""What people take away from an import: rows that were not created, as a workbook to mend and upload again; a sample."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from sqlalchemy import select

from kernel.fa.locales import is_persian
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.exporting import Book
from kernel.resources.fields import Choice, Field
from kernel.resources.importing.mapping import Target, targets
from kernel.resources.importing.matching import THERE
from kernel.resources.importing.running import REFUSED
from kernel.resources.importing.runs import importable, load_run
from kernel.resources.models import ImportRow
from kernel.resources.records import visible

BATCH = 2_000
IN_MEMORY = 1 << 20


@dataclass(frozen=True)
class RowResult:
    """What became of a row that created nothing, and why; `record_id` is a record that the actor may see, or None."""

    number: int
    reasons: Sequence[str]
    record_id: int | None = None


def refused_file(context: Context, run_id: int) -> BinaryIO:
    """Give a workbook of the refused rows as they came, with the reason in the last column; opened for reading.

    Mended there, it can be uploaded again: the headings are those of the file.
    """
    run = load_run(context, run_id)
    stream = cast(BinaryIO, SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115 - handed to the caller
    book = Book(stream, sheet=context.text(_("Refused rows")), right_to_left=is_persian(context.locale))
    headings = [*run.layout.headings, context.text(_("Reason")), context.text(_("Row of the file"))]
    book.heading(headings, ["text"] * len(run.layout.headings) + ["", ""])
    width = len(run.layout.headings)
    for number, values, problems in _rows(context, run_id, REFUSED):
        cells = [*(values or ())][:width]
        reasons = " / ".join(problem["text"] for problem in problems or ())
        book.row([*cells, *[None] * (width - len(cells)), reasons, number])
    book.close()
    stream.seek(0)
    return stream


def skipped_rows(context: Context, run_id: int, limit: int = 1_000) -> list[RowResult]:
    """Give the rows that were there already, with what said so."""
    run = load_run(context, run_id)
    resource = context.runtime.resource(run.resource)
    found = list(_rows(context, run_id, THERE, ImportRow.record_id, limit=limit))
    seen = set(visible(context, resource, [row[3] for row in found if row[3] is not None]))
    return [
        RowResult(number, [problem["text"] for problem in problems or ()], record if record in seen else None)
        for number, _values, problems, record in found
    ]


def refused_rows(context: Context, run_id: int, limit: int = 1_000) -> list[RowResult]:
    """Give the refused rows with their reasons."""
    load_run(context, run_id)
    found = _rows(context, run_id, REFUSED, limit=limit)
    return [
        RowResult(number, [problem["text"] for problem in problems or ()])
        for number, _values, problems in found
    ]


def sample_file(context: Context, resource_name: str) -> bytes:
    """Give a workbook with the headings that an import of this resource recognises, and one row that says what they take."""
    resource = importable(context, resource_name)
    known = targets(context, resource)
    stream = BytesIO()
    book = Book(stream, sheet=context.text(resource.plural), right_to_left=is_persian(context.locale))
    titles = [context.text(target.title) for target in known.values()]
    headings = [
        f"{title} ({context.text(target.facet.title)})" if target.facet and titles.count(title) > 1 else title
        for title, target in zip(titles, known.values(), strict=True)
    ]
    book.heading(headings, ["text"] * len(headings))
    book.row([_example(context, target) for target in known.values()])
    book.close()
    return stream.getvalue()


EXAMPLES: Mapping[str, str] = {
    "day": "1370/05/21",
    "instant": "1405/07/13 10:30",
    "time": "08:30",
    "phone": "09121234567",
    "national_code": "0499370899",
    "email": "name@example.com",
    "website": "www.example.com",
    "whole": "12",
    "decimal": "12.5",
    "percent": "20",
    "money": "1500000",
    "minutes": "45",
}
"""What a value of a kind may look like."""


def _example(context: Context, target: Target) -> str:
    field: Field = target.field
    if isinstance(field, Choice):
        return next((title for _key, title in field.choices(context)), "")
    if field.kind == "yes_no":
        return context.text(_("Yes"))
    return EXAMPLES.get(field.kind, context.text(field.title) if field.required else "")


def _rows(context: Context, run_id: int, outcome: int, *more: Any, limit: int | None = None) -> Iterator[Any]:
    """Yield number, cells and problems of rows in the order of the file, in batches."""
    last = 0
    left = limit
    while left is None or left > 0:
        statement = (
            select(ImportRow.number, ImportRow.values, ImportRow.problems, *more)
            .where(ImportRow.run_id == run_id, ImportRow.outcome == outcome, ImportRow.number > last)
            .order_by(ImportRow.number)
            .limit(BATCH if left is None else min(left, BATCH))
        )
        with context.system("rows of an import") as system:
            found = list(system.session.execute(statement))
        yield from found
        if len(found) < BATCH:
            return
        last = found[-1][0]
        left = None if left is None else left - len(found)
