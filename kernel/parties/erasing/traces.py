"""What the kernel remembers of a person besides rows that refer to him: history, imports, merges, files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Text, and_, cast, delete, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from kernel.access.models import UserAccount
from kernel.fa.digits import to_ascii_digits
from kernel.fa.text import squeeze
from kernel.parties.erasing.planning import DELETE, PARTY, REPLACE, Plan, imports_of, spots
from kernel.parties.models import PartyMerge
from kernel.resources.context import Context
from kernel.resources.models import Attachment, History, ImportRow, ImportRun, Note

REFUSED = 3
"""The outcome of rows of imports whose cells are kept."""
TAIL = 8
"""Last digits by which a number is found again, however it was written."""
_NAMING = text(
    "SELECT h.id FROM kernel.history h WHERE h.subject = :table"
    " AND EXISTS (SELECT FROM unnest(CAST(:ids AS bigint[])) i WHERE h.changes->:key @> to_jsonb(i))"
)


def history_of(system: Context, plan: Plan) -> set[int]:
    """Find the entries of the history that hold values of the person: of his own rows, also of those long gone."""
    found: set[int] = set()
    for table, ids in spots(plan):
        remarks = and_(History.subject.in_(("kernel.note", "kernel.attachment")), History.root == table)
        found |= _ids(system, and_(remarks, History.root_id.in_(ids)))
    found |= _ids(system, and_(History.root == PARTY, History.root_id.in_(plan.ids)))
    found |= _ids(system, and_(History.subject == PARTY, History.subject_id.in_(plan.ids)))
    for part in plan.parts:
        if part.what not in (DELETE, REPLACE):
            continue
        numbers = [row["id"] for row in part.rows if isinstance(row.get("id"), int)]
        asked = {"table": part.table, "key": part.key, "ids": plan.ids}
        entries = set(system.session.execute(_NAMING, asked).scalars())
        entries |= _ids(system, and_(History.subject == part.table, History.subject_id.in_(numbers)))
        found |= entries if part.what == DELETE else _holding(system, entries, part.values)
    return found


def _ids(system: Context, condition: Any) -> set[int]:
    return set(system.session.execute(select(History.id).where(condition)).scalars())


def _holding(system: Context, ids: Iterable[int], columns: Iterable[str]) -> set[int]:
    """Give those of the entries that tell of one of the columns."""
    wanted = list(columns)
    told = select(History.id).where(
        History.id.in_(list(ids)), History.changes.has_any(cast(wanted, ARRAY(Text)))
    )
    return set(system.session.execute(told).scalars())


def forget_imports(system: Context, plan: Plan, distinct: Sequence[str]) -> None:
    """Give up the files of imports that hold the person, and the cells of refused rows in which he is found again."""
    session = system.session
    texts = {squeeze(each) for each in distinct if each}
    tails = {digits[-TAIL:] for each in distinct if len(digits := digits_only(each)) >= TAIL}
    runs = set(imports_of(system, plan.ids))
    refused = select(ImportRow.run_id, ImportRow.number, ImportRow.values).where(
        ImportRow.outcome == REFUSED, ImportRow.values.is_not(None)
    )
    for run_id, number, cells in session.execute(refused.execution_options(yield_per=1000)):
        if any(_speaks_of(str(cell), texts, tails) for cell in cells):
            runs.add(run_id)
            this = and_(ImportRow.run_id == run_id, ImportRow.number == number)
            _write(system, update(ImportRow).where(this).values(values=None, problems=None, fingerprint=None))
    his = ImportRow.record_id.in_(plan.ids)
    _write(system, update(ImportRow).where(his).values(fingerprint=None))
    _write(system, update(ImportRun).where(ImportRun.id.in_(runs)).values(content_hash=""))


def digits_only(written: str) -> str:
    """Give the digits of a text, whatever their script."""
    return re.sub(r"[^0-9]", "", to_ascii_digits(written))


def _speaks_of(cell: str, texts: set[str], tails: set[str]) -> bool:
    digits = digits_only(cell)
    return squeeze(cell) in texts or (len(digits) >= TAIL and digits[-TAIL:] in tails)


def forget_merges(system: Context, plan: Plan) -> None:
    """Drop the logs of merges that hold rows of the person: these merges can no longer be undone."""
    mine = or_(PartyMerge.kept_id.in_(plan.ids), PartyMerge.dropped_id.in_(plan.ids))
    logs = system.session.execute(
        select(PartyMerge.id, PartyMerge.operations).where(PartyMerge.operations.is_not(None), ~mine)
    )
    number = re.compile(rf"(?<!\d)(?:{'|'.join(map(str, plan.ids))})(?!\d)")
    others = [row.id for row in logs if number.search(row.operations)]
    _write(system, update(PartyMerge).where(or_(mine, PartyMerge.id.in_(others))).values(operations=None))


def forget_remarks(system: Context, plan: Plan) -> None:
    """Delete the notes and files of the person and of his rows; the contents go after the commit."""
    for model in (Note, Attachment):
        for table, ids in spots(plan):
            _write(system, delete(model).where(model.root == table, model.root_id.in_(ids)))


def forget_accounts(system: Context, plan: Plan) -> None:
    """Take the person from the account that is linked to him; the account itself is a colleague's or a portal user's."""
    _write(system, update(UserAccount).where(UserAccount.party_id.in_(plan.ids)).values(party_id=None))


def _write(system: Context, statement: Any) -> None:
    system.session.execute(statement.execution_options(synchronize_session=False))
