"""What an import would do, before it does it: the columns with samples, and the first rows with their problems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from kernel.i18n import LazyText
from kernel.resources.context import Context
from kernel.resources.duplicates import Duplicate
from kernel.resources.errors import Problem
from kernel.resources.importing.cells import is_empty, shown
from kernel.resources.importing.for_all import said
from kernel.resources.importing.mapping import check_mapping, targets
from kernel.resources.importing.matching import There, match
from kernel.resources.importing.reading import RowReader
from kernel.resources.importing.runs import Run, file_of, importable, load_run
from kernel.resources.importing.source import data_rows

SAMPLES = 3
LOOKED_AT = 50
MOST_ROWS = 500


@dataclass(frozen=True)
class FileColumn:
    """A column of the file: its place from 0, its letters in a spreadsheet, its heading, and its first values."""

    place: int
    letters: str
    heading: str
    samples: Sequence[str]


@dataclass(frozen=True)
class PreviewRow:
    """A row of the file and what would become of it: problems refuse it, `there` leaves it out, else it is created."""

    number: int
    cells: Sequence[str]
    texts: Mapping[str, str]
    """What was read, by field key, as it will be shown."""
    problems: Sequence[Problem]
    there: There | None
    duplicates: Sequence[Duplicate]


@dataclass(frozen=True)
class Preview:
    """The first rows of an import."""

    run: Run
    titles: Mapping[str, LazyText]
    rows: Sequence[PreviewRow]


def columns(context: Context, run_id: int) -> list[FileColumn]:
    """Give the columns of the file of a run."""
    run = load_run(context, run_id)
    rows = list(islice(data_rows(file_of(context.runtime, run), run.layout), LOOKED_AT))
    found = []
    for place, heading in enumerate(run.layout.headings):
        filled = (
            shown(row.cells[place])
            for row in rows
            if place < len(row.cells) and not is_empty(row.cells[place])
        )
        samples = [text[:80] for text in islice(dict.fromkeys(filled), SAMPLES)]
        if heading or samples:
            found.append(FileColumn(place, letters(place), heading, samples))
    return found


def preview(
    context: Context, run_id: int, mapping: Mapping[str, str] | None = None, limit: int = LOOKED_AT
) -> Preview:
    """Show what would become of the first rows; `mapping` is one not stored yet. Nothing is written.

    `Invalid` where the mapping cannot be. What only the rules of the trade refuse shows when the import runs.
    """
    run = load_run(context, run_id)
    resource = importable(context, run.resource)
    wanted = mapping if mapping is not None else {str(place): key for place, key in run.mapping.items()}
    given = said(context, resource, run.options)
    keys = [target.key for target, _raw in given]
    checked = check_mapping(context, resource, len(run.layout.headings), wanted, keys)
    known = targets(context, resource)
    reader = RowReader({place: known[key] for place, key in checked.items()}, said=given)
    rows = islice(data_rows(file_of(context.runtime, run), run.layout), min(max(limit, 1), MOST_ROWS))
    entered = [reader.read(context, row) for row in rows]
    found = match(context, resource, [row for row in entered if not row.problems])
    shown_rows = [
        PreviewRow(
            number=row.number,
            cells=row.cells,
            texts={key: known[key].field.show(value, context) for key, value in row.values.items()},
            problems=row.problems,
            there=found.there.get(row.number),
            duplicates=found.probable.get(row.number, ()),
        )
        for row in entered
    ]
    titles = {key: known[key].title for key in (*checked.values(), *keys)}
    return Preview(run, titles, shown_rows)


def letters(place: int) -> str:
    """Give the letters of a column as spreadsheets name it: A, Z, AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name
