"""Probable duplicates among all parties that are there: compared by keys inside the database, kept in a table.

Each comparison groups parties by one key (a number, a name with a birth date) and pairs those of a group. A value that more
than `most` parties share says nothing and would make millions of pairs: it is left out and counted. Names that are only
alike are compared inside such groups, never everybody with everybody. Nothing but counts leaves the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, text, update

from kernel.access.actor import SYSTEM
from kernel.fa.text import squeeze
from kernel.i18n import _
from kernel.parties.duplicates import REASONS
from kernel.parties.models import PartyScan
from kernel.resources.context import Context
from kernel.resources.queue import Progress, background
from kernel.resources.runtime import Runtime

WORK = "party.find_duplicates"
MOST = 20
"""Parties that may share a value before it is too common to mean anything."""
MOST_ALIKE = 60
"""The same where names must be alike besides."""
LEGAL_FORMS = ("شرکت", "مؤسسه", "موسسه", "گروه", "بازرگانی", "تولیدی", "هلدینگ")
"""Words before the name of an organisation that many leave out."""
ENDINGS = ("سهامی خاص", "سهامی عام", "با مسئولیت محدود", "مسئولیت محدود", "تضامنی")
"""Words behind it."""

_PLAIN = "split_part(p.search_key, '|', 1)"
_CONTACTS = (
    "SELECT party_id AS id, value FROM kernel.contact_point WHERE kind IN ({kinds})"
    " UNION SELECT id, unnest(ARRAY[{columns}]) FROM kernel.party"
)
_NUMBERS = _CONTACTS.format(kinds="'mobile', 'phone', 'fax', 'sms_line'", columns="mobile, phone, fax")
_ADDRESSES = _CONTACTS.format(kinds="'email'", columns="email")


@dataclass(frozen=True)
class Comparison:
    """Parties with an equal `value` (an expression over the party `p`, or over `more` joined to it) are alike.

    With `alike`, their names must resemble each other besides: similarity of trigrams, from 0 to 1.
    """

    reason: str
    value: str
    more: str = ""
    kind: str = ""
    alike: float = 0.0
    most: int = MOST


COMPARISONS: tuple[Comparison, ...] = (
    Comparison("foreign_code", "p.foreign_code"),
    Comparison("economic_code", "p.economic_code", kind="organisation"),
    Comparison("mobile", "p.mobile"),
    Comparison("number", "c.value", more=f"JOIN ({_NUMBERS}) c ON c.id = p.id"),
    Comparison("email", "lower(c.value)", more=f"JOIN ({_ADDRESSES}) c ON c.id = p.id"),
    Comparison("name_and_birth", f"{_PLAIN} || p.birth_date::text", kind="person"),
    Comparison(
        "name_and_father",
        f"{_PLAIN} || '/' || translate(p.father_name, ' ' || chr(8204), '')",
        kind="person",
    ),
    Comparison("name_and_place", f"{_PLAIN} || '/' || p.city_id", kind="person"),
    Comparison("name", _PLAIN, kind="organisation"),
    Comparison(
        "firm_name",
        f"regexp_replace(regexp_replace({_PLAIN}, CAST(:forms AS text), ''), CAST(:endings AS text), '')",
        kind="organisation",
    ),
    Comparison("alike_and_birth", "p.birth_date::text", kind="person", alike=0.45, most=MOST_ALIKE),
    Comparison("alike_and_number", "p.phone_tail", alike=0.4, most=MOST_ALIKE),
    Comparison("alike_and_website", "p.website", kind="organisation", alike=0.4, most=MOST_ALIKE),
)
"""The comparisons in their order. A national code, legal identifier or card stands once anyway: the database sees to it."""

_KEYS = """
WITH keys AS MATERIALIZED (
  SELECT DISTINCT {value} AS value, p.kind, p.id, p.updated_at >= :since AS changed{name}
  FROM kernel.party p {more}
  WHERE p.binned_at IS NULL{kind} AND {value} <> ''
), sizes AS MATERIALIZED (
  SELECT value, kind, count(*) AS size, bool_or(changed) AS changed FROM keys GROUP BY 1, 2 HAVING count(*) > 1
)
"""
_PAIRS = """
INSERT INTO kernel.party_pair AS known (first_id, second_id, score, reasons, scan_id)
SELECT DISTINCT a.id, b.id, 0, ARRAY[:reason], :scan
FROM sizes s JOIN keys a USING (value, kind) JOIN keys b USING (value, kind)
WHERE s.size <= :most AND s.changed AND a.id < b.id AND (a.changed OR b.changed){alike}
ON CONFLICT (first_id, second_id) DO UPDATE
SET scan_id = excluded.scan_id,
    reasons = CASE WHEN known.scan_id IS NOT DISTINCT FROM excluded.scan_id
                   THEN array_remove(known.reasons, :reason) || :reason ELSE excluded.reasons END
"""
_COMMON = "SELECT count(*) FROM sizes WHERE size > :most"
_SETTLE = """
UPDATE kernel.party_pair q SET reasons = r.reasons, score = r.score FROM (
  SELECT p.id, array_agg(w.reason ORDER BY w.weight DESC, w.reason) AS reasons,
         least(100, max(w.weight) + 5 * (count(*) - 1)) AS score
  FROM kernel.party_pair p
  JOIN jsonb_each_text(CAST(:weights AS jsonb)) j(reason, weight) ON j.reason = ANY (p.reasons)
  CROSS JOIN LATERAL (SELECT j.reason, CAST(j.weight AS integer) AS weight) w
  WHERE p.scan_id = :scan
    AND NOT (w.reason = 'number' AND 'mobile' = ANY (p.reasons))
    AND NOT (w.reason = 'firm_name' AND 'name' = ANY (p.reasons))
    AND NOT (w.reason = 'alike_and_birth' AND 'name_and_birth' = ANY (p.reasons))
    AND NOT (w.reason = 'name_and_place' AND 'name_and_birth' = ANY (p.reasons))
    AND NOT (w.reason = 'alike_and_number' AND 'number' = ANY (p.reasons) AND 'name' = ANY (p.reasons))
  GROUP BY p.id
) r WHERE q.id = r.id
"""
_STALE = """
DELETE FROM kernel.party_pair q USING kernel.party a, kernel.party b
WHERE a.id = q.first_id AND b.id = q.second_id AND NOT q.dismissed
  AND (a.binned_at IS NOT NULL OR b.binned_at IS NOT NULL
       OR (q.scan_id IS DISTINCT FROM :scan AND (a.updated_at >= :since OR b.updated_at >= :since)))
"""
BEGINNING = datetime.fromisoformat("0001-01-01T00:00:00+00:00")


def begin_scan(context: Context, *, whole: bool) -> int:
    """Note a new search and give its number; without an earlier one it is whole in any case."""
    first = _last_begun(context) is None
    made = insert(PartyScan).values(started_at=context.now, whole=whole or first).returning(PartyScan.id)
    return int(context.session.execute(made).scalar_one())


@background(WORK, _("Search for duplicates"), queue="long", listed=True)
def find_duplicates(runtime: Runtime, progress: Progress, *, scan: int) -> None:
    """Do a search that was begun, comparison by comparison, each in a transaction of its own; goes on where it stood."""
    with runtime.reading(SYSTEM("search for duplicates")) as context:
        begun = context.session.get_one(PartyScan, scan)
        done, since = begun.step, BEGINNING if begun.whole else _last_begun(context) or BEGINNING
    total = len(COMPARISONS) + 1
    for place in range(done, len(COMPARISONS)):
        progress.report(place, total)
        if progress.stopped():
            return
        with runtime.system_work("search for duplicates", WORK) as context:
            compare(context, COMPARISONS[place], scan, since)
    with runtime.system_work("search for duplicates", WORK) as context:
        _finish(context, scan, since)
    progress.report(total, total)


def compare(context: Context, comparison: Comparison, scan: int, since: datetime) -> None:
    """Enter the pairs of one comparison, and count the values that were left out as too common."""
    session = context.session
    keys = _KEYS.format(
        value=comparison.value,
        more=comparison.more,
        kind=f" AND p.kind = '{comparison.kind}'" if comparison.kind else "",
        name=f", {_PLAIN} AS name" if comparison.alike else "",
    )
    alike = " AND similarity(a.name, b.name) >= :alike" if comparison.alike else ""
    values = {"since": since, "most": comparison.most}
    if ":forms" in comparison.value:
        values |= {"forms": _pattern(LEGAL_FORMS, "^({})+"), "endings": _pattern(ENDINGS, "({})+$")}
    more = {"reason": comparison.reason, "scan": scan, **({"alike": comparison.alike} if alike else {})}
    session.execute(text(keys + _PAIRS.format(alike=alike)), {**values, **more})
    common = session.execute(text(keys + _COMMON), values).scalar_one()
    begun = session.get_one(PartyScan, scan)
    noted = {**begun.common, comparison.reason: common} if common else begun.common
    session.execute(
        update(PartyScan)
        .where(PartyScan.id == scan)
        .values(step=COMPARISONS.index(comparison) + 1, common=noted)
    )


def _finish(context: Context, scan: int, since: datetime) -> None:
    """Weigh what was found, and forget what no longer holds."""
    from kernel.parties.merge.exact import dumps

    session = context.session
    weights = dumps({reason: weight for reason, (weight, _text) in REASONS.items()})
    session.execute(text(_SETTLE), {"weights": weights, "scan": scan})
    session.execute(text(_STALE), {"scan": scan, "since": since})
    found = session.execute(
        text("SELECT count(*) FROM kernel.party_pair WHERE scan_id = :scan AND NOT dismissed"), {"scan": scan}
    ).scalar_one()
    session.execute(
        update(PartyScan).where(PartyScan.id == scan).values(finished_at=context.now, pairs=found)
    )


def _last_begun(context: Context) -> datetime | None:
    """Give when the last finished search began: what was changed before it has been compared."""
    statement = (
        select(PartyScan.started_at)
        .where(PartyScan.finished_at.is_not(None))
        .order_by(PartyScan.id.desc())
        .limit(1)
    )
    return context.session.execute(statement).scalar_one_or_none()


def _pattern(words: Iterable[str], frame: str) -> str:
    return frame.format("|".join(dict.fromkeys(squeeze(word) for word in words)))
