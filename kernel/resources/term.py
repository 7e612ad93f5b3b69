"""The end of a site's term: from then on nothing is written but what says so; everything can be seen and taken out.

`Runtime.writing` asks here before anything else. What goes on afterwards declares `allowed_when_ended`.
"""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from kernel.access.actor import SYSTEM
from kernel.access.session import open_session
from kernel.extension.editions import SiteEdition, Term, read_site_edition, see_day
from kernel.fa.jalali import to_jalali
from kernel.i18n import LazyText, _
from kernel.resources.errors import Refused

if TYPE_CHECKING:
    from kernel.resources.context import Context
    from kernel.resources.runtime import Runtime


class TermEnded(Refused):
    """The term of the site has ended: it can be read, printed, exported and backed up, not written."""

    def __init__(self, edition: SiteEdition) -> None:
        assert edition.term_until is not None
        super().__init__(
            _(
                "Nothing was saved: the term of this site ended on %(day)s. Everything can still be seen, printed and "
                "exported. To go on writing, ask whoever runs the site to extend the term.",
                day=day_in_words(edition.term_until),
            )
        )


def day_in_words(day: date) -> LazyText:
    """Write a day in the Jalali calendar, in the digits of the reader's language."""
    year, month, number = to_jalali(day)
    return _("%(year)d/%(month)02d/%(day)02d", year=year, month=month, day=number)


def instant_in_words(instant: datetime, zone: tzinfo) -> LazyText:
    """Write day and time by the clock on the site's wall, in the digits of the reader's language."""
    local = instant.astimezone(zone)
    return _(
        "%(day)s %(hour)02d:%(minute)02d",
        day=day_in_words(local.date()),
        hour=local.hour,
        minute=local.minute,
    )


def today_of(runtime: Runtime) -> date:
    """Give the site's day by the clock."""
    return runtime.clock().astimezone(runtime.site.time_zone).date()


def seen_day(runtime: Runtime, session: Session) -> date:
    """Give the day that counts for the term: the clock's, or the latest that the site has seen."""
    today = today_of(runtime)
    latest: date | None = session.info.get("latest_day")
    return max(today, latest or today)


def has_ended(runtime: Runtime, session: Session) -> bool:
    """Say whether the term has ended, as of the runtime's epoch; costs no statement."""
    if runtime.edition.term_until is None:
        return False
    return runtime.edition.term(seen_day(runtime, session)) is Term.ENDED


def refuse_read_only(context: Context) -> None:
    """Raise `TermEnded` before a form is shown that could not be saved."""
    if context.read_only:
        raise TermEnded(context.runtime.edition)


def refuse_when_ended(runtime: Runtime, day: date) -> None:
    """Raise `TermEnded` where the term has ended on a day, by what stands in the database at this moment.

    It opens a transaction of its own, so the caller holds none: the day stays known also where the clock is put back.
    """
    actor = SYSTEM("end of the term")
    with open_session(runtime.engines.app(runtime.site), runtime.site, actor, runtime.policies) as session:
        see_day(session, today_of(runtime))
        session.commit()
        edition = read_site_edition(session)
    if edition.term(day) is Term.ENDED:
        raise TermEnded(edition)
