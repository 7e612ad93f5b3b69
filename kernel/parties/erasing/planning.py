"""What an erasure would do, table by table: read from the foreign keys of the database and from what plugins declare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, or_, select, text

from kernel.extension.contributions import Erasure
from kernel.i18n import LazyText, _
from kernel.parties.merge.references import COLUMNS, quoted
from kernel.parties.merge.rows import Rows
from kernel.parties.models import Party
from kernel.resources.context import Context
from kernel.resources.forwarded import former_ids
from kernel.resources.models import Attachment, ImportRow, ImportRun, Note
from kernel.resources.naming import comma, named

PARTY = "kernel.party"
DELETE, REPLACE, KEEP, UNLINK, REFUSE = "delete", "replace", "keep", "unlink", "refuse"
STAYS = frozenset(
    {
        *("id", "kind", "owner_id", "created_at", "created_by", "updated_at", "updated_by", "version"),
        *("binned_at", "binned_by", "is_own"),
    }
)
"""What of the party itself stays: its number, who is in charge of it, and when it was written."""
UNDER_WAY = ("mapped", "running", "undoing")
"""States of imports whose file is still needed."""

_KEYS = text(
    "SELECT n.nspname || '.' || c.relname AS name, a.attname AS field, k.confdeltype AS rule"
    "  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
    "  JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]"
    " WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confrelid = 'kernel.party'::regclass ORDER BY 1, 2"
)
_DEEPER = text("SELECT * FROM kernel.hanging_on('kernel.party'::regclass, :ids) h WHERE NOT h.direct")


@dataclass
class Part:
    """What becomes of the rows of one table that refer to the person by one column."""

    table: str
    key: str
    what: str
    count: int
    title: str = ""
    columns: str = ""
    reason: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Plan:
    """All that an erasure does, and what stands in its way."""

    party_id: int
    ids: list[int]
    """The party's number, and those of the parties that were merged into it."""
    parts: list[Part] = field(default_factory=list)
    fields: str = ""
    """Titles of the party's own fields that hold something."""
    notes: int = 0
    files: int = 0
    imports: int = 0
    obstacles: list[LazyText] = field(default_factory=list)


def plan_of(context: Context, party_id: int) -> Plan:
    """Look at everything that refers to a person; the caller has checked the right. Writes nothing."""
    with context.system("what the erasure of a person's data would do") as system:
        plan = Plan(party_id, [party_id, *former_ids(system, PARTY, party_id)])
        rows = Rows(system.session)
        plan.fields = _own_fields(context, system, party_id)
        declared = _declared(context)
        for key in system.session.execute(_KEYS).all():
            found = rows.of(key.name, key.field, *plan.ids)
            if found:
                plan.parts.append(
                    _part(context, key, found, declared.get((key.name, key.field)), plan.obstacles)
                )
        for row in system.session.execute(_DEEPER, {"ids": plan.ids}).all():
            title = named(context, None, f"{row.schema}.{row.name}")[0]
            plan.obstacles.append(_hangs(title, row.total))
        plan.notes, plan.files = (_remarks(system, model, plan) for model in (Note, Attachment))
        plan.imports = len(imports_of(system, plan.ids))
        if _imports_under_way(system, plan.ids):
            plan.obstacles.append(_("An import that holds this person is under way. Let it end first."))
    return plan


def spots(plan: Plan) -> Iterator[tuple[str, list[int]]]:
    """Give the records whose notes and files go: the party, and rows that go or are emptied, by table."""
    yield PARTY, plan.ids
    for part in plan.parts:
        ids = [row["id"] for row in part.rows if isinstance(row.get("id"), int)]
        if part.what in (DELETE, REPLACE) and ids:
            yield part.table, ids


def imports_of(system: Context, ids: Sequence[int]) -> list[int]:
    """Give the imports whose files hold the person: they created him, or found him there already."""
    statement = select(ImportRow.run_id).where(ImportRow.record_id.in_(ids)).distinct()
    persons = [
        resource.name
        for resource in system.runtime.resources.values()
        if resource.table == PARTY and not resource.overview
    ]
    runs = select(ImportRun.id).where(ImportRun.id.in_(statement), ImportRun.resource.in_(persons))
    return list(system.session.execute(runs).scalars())


def _imports_under_way(system: Context, ids: Sequence[int]) -> bool:
    runs = imports_of(system, ids)
    running = select(ImportRun.id).where(ImportRun.id.in_(runs), ImportRun.state.in_(UNDER_WAY))
    return system.session.execute(running).first() is not None


def _declared(context: Context) -> dict[tuple[str, str], Erasure]:
    """Give what the kernel's parts and plugins declare of their own tables."""
    declared = context.runtime.declared
    found = [("kernel", each) for part in declared.parts for each in part.ask("erasures", {}) or ()]
    found += [(answer.plugin, answer.value) for answer in declared.declarations.of("erasures")]
    return {(each.table, each.key): each for owner, each in found if each.table.partition(".")[0] == owner}


def _part(
    context: Context,
    key: Any,
    found: list[dict[str, Any]],
    declared: Erasure | None,
    obstacles: list[LazyText],
) -> Part:
    what = declared.what if declared else {"c": DELETE, "n": UNLINK, "d": UNLINK}.get(key.rule, REFUSE)
    values = dict(declared.values) if declared and declared.what == REPLACE else {}
    title, columns = named(context, None, key.name, list(values))
    part = Part(key.name, key.field, what, len(found), title, columns, values=values, rows=found)
    if declared is not None:
        part.reason = context.text(declared.reason)
    if what == REFUSE:
        obstacles.append(_hangs(title, len(found)))
    return part


def _hangs(title: str, count: int) -> LazyText:
    return _(
        "%(count)d × %(title)s hang on this person, and no running plugin says what is to become of them.",
        count=count,
        title=title,
    )


def _own_fields(context: Context, system: Context, party_id: int) -> str:
    party = system.session.execute(select(Party).where(Party.id == party_id)).scalar_one()
    columns = Party.__mapper__.column_attrs
    filled = {item.key for item in columns if getattr(party, item.key) not in (None, "", {})}
    resource = context.runtime.resource("person")
    titles = [
        context.text(item.title)
        for item in resource.fields
        if item.attribute in filled - STAYS or item.name in party.user_values
    ]
    return comma(context).join(dict.fromkeys(titles))


def _remarks(system: Context, model: Any, plan: Plan) -> int:
    places = [(model.root == table) & model.root_id.in_(ids) for table, ids in spots(plan)]
    return int(
        system.session.execute(select(func.count()).select_from(model).where(or_(*places))).scalar_one()
    )


def party_columns(system: Context) -> list[str]:
    """Give the columns of a party that are emptied: all that the database has, whoever added them."""
    found = system.session.execute(COLUMNS, {"table": quoted(PARTY)}).all()
    return [row.name for row in found if not row.generated and not row.numbered and row.name not in STAYS]
