"""The series of numbers of a site: how each is written, what was given last, and with what it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from kernel.data.number_patterns import LARGEST, LONGEST, PLAIN, is_sound, places, write
from kernel.extension.contributions import Series
from kernel.fa.digits import stored_number, to_ascii_digits
from kernel.fa.text import clean
from kernel.i18n import LazyText, _
from kernel.resources.administrators import administrators_only
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, NotFound, Problem
from kernel.resources.models import NumberSeries, SeriesPattern
from kernel.resources.numbering import fiscal_year, period_of


@dataclass(frozen=True)
class SeriesRow:
    """A series as the page shows it. `last` is what was given last in the present period, 0 for nothing yet."""

    name: str
    series: Series
    plugin: str
    pattern: str
    own: bool
    last: int
    year: int
    before: tuple[tuple[str, int], ...]
    """What earlier periods ended with, newest first."""

    @property
    def preview(self) -> str:
        """The next number as it will be written."""
        return write(self.pattern, self.last + 1, self.year)


def series_rows(context: Context) -> list[SeriesRow]:
    """Give the series of the enabled plugins; two queries."""
    declared = context.runtime.declared.series
    with context.system("series of numbers") as system:
        given = system.session.execute(
            select(NumberSeries.name, NumberSeries.period, NumberSeries.last)
        ).all()
        written = select(SeriesPattern.series, SeriesPattern.pattern)
        own = {row[0]: row[1] for row in system.session.execute(written)}
    last = {(row[0], row[1]): row[2] for row in given}
    year = fiscal_year(context)
    rows = []
    for name, series in declared.items():
        period = period_of(context, name)
        earlier = sorted(
            (key[1], value) for key, value in last.items() if key[0] == name and key[1] != period
        )
        rows.append(
            SeriesRow(
                name,
                series,
                name.partition(".")[0],
                own.get(name, series.pattern) or PLAIN,
                name in own,
                last.get((name, period), 0),
                year,
                tuple(reversed(earlier)),
            )
        )
    return sorted(rows, key=lambda row: (row.plugin, context.text(row.series.title)))


def pattern_problem(series: Series, pattern: str) -> LazyText | None:
    """Say what is wrong with a pattern; None where nothing is."""
    if len(pattern) > LONGEST:
        return _("%(field)s may have %(limit)d characters at most.", field=_("Format"), limit=LONGEST)
    if not is_sound(pattern):
        return _("Write {number} once, and no other braces than {number}, {number:5}, {year} and {yy}.")
    if series.yearly and not {"year", "yy"} & set(places(pattern)):
        return _("These numbers begin anew each fiscal year: without {year} or {yy} two would be the same.")
    return None


@command("numbers.save", _("Change a series of numbers"), resource="setting", action="edit")
def save(context: Context, *, series: str, pattern: str, next_number: str) -> None:
    """Choose how a series is written and with what number it goes on, never with one that was given already.

    An empty pattern is the declared one. Raises `Invalid` naming the field, `NotFound` for an unknown series.
    """
    administrators_only(context)
    declared = context.runtime.declared.series.get(series)
    if declared is None:
        raise NotFound()
    wanted = " ".join(clean(pattern).split()) or declared.pattern
    problem = pattern_problem(declared, wanted) if wanted != declared.pattern else None
    if wanted and not declared.pattern:
        problem = _("Its plugin writes these numbers itself.")
    problems = [Problem("pattern", problem)] if problem is not None else []
    number = stored_number(to_ascii_digits(next_number).strip())
    if number is None or not 1 <= number <= LARGEST:
        problems.append(Problem("next", _("Write a whole number from 1 on.")))
    if problems:
        raise Invalid(problems)
    assert number is not None
    changes: dict[str, Any] = {}
    with context.system("series of numbers") as system:
        before, after = _go_on(system, series, period_of(context, series), number)
        if before != after:
            changes["last"] = [before, after]
        old = _keep_pattern(system, series, wanted, declared.pattern)
        if old != wanted:
            changes["pattern"] = [old, wanted]
    if changes:
        note(context, "numbers.save", detail={"series": series, **changes})


def _go_on(system: Context, series: str, period: str, number: int) -> tuple[int, int]:
    """Let a series go on with a number; gives what it had given last, before and after. Waits for who takes one just now."""
    row = {"name": series, "period": period, "last": 0}
    system.session.execute(insert(NumberSeries).values(row).on_conflict_do_nothing())
    of_series = (NumberSeries.name == series, NumberSeries.period == period)
    last = system.session.execute(select(NumberSeries.last).where(*of_series).with_for_update()).scalar_one()
    if number <= last:
        text = _("%(last)d has been given already; the next number must be higher.", last=last)
        raise Invalid([Problem("next", text)])
    if number - 1 != last:
        system.session.execute(
            update(NumberSeries).where(*of_series).values(last=number - 1),
            execution_options={"synchronize_session": False},
        )
    return last, number - 1


def _keep_pattern(system: Context, series: str, wanted: str, declared: str) -> str:
    """Keep a pattern where it is not the declared one; gives the one before."""
    found = select(SeriesPattern.pattern).where(SeriesPattern.series == series)
    old = system.session.execute(found).scalar_one_or_none() or declared
    if wanted == declared:
        system.session.execute(delete(SeriesPattern).where(SeriesPattern.series == series))
    elif wanted != old:
        row = {"pattern": wanted, "updated_at": system.now, "updated_by": system.actor.user_id or 0}
        statement = insert(SeriesPattern).values(series=series, **row)
        system.session.execute(statement.on_conflict_do_update(index_elements=["series"], set_=row))
    return old
