"""One merge, in the transaction of its command: plugins are asked, rows are led over, the survivor is filled, all is noted.

Foreign keys are read from the database, so tables of plugins that are paused, quarantined or gone are led over as well. The
rows are written by functions of the owner, since the application may not write tables without a policy; the actor's rights
on both parties were checked before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from sqlalchemy import insert, select, text, update

from kernel.extension.contributions import Change
from kernel.i18n import _
from kernel.parties.consents import MODELS
from kernel.parties.merge.choosing import fields_of
from kernel.parties.merge.exact import dumps
from kernel.parties.merge.facets import FacetRules
from kernel.parties.merge.mentions import lead_mentions
from kernel.parties.merge.moving import Mover, tables_of
from kernel.parties.merge.rows import Rows
from kernel.parties.merge.rules import rule_of, soft_references
from kernel.parties.merge.survivor import Survivor, add_numbers, lost_codes, lost_numbers
from kernel.parties.merge.watching import Watch
from kernel.parties.models import Party, PartyMerge, PartyPair
from kernel.resources.context import Context
from kernel.resources.errors import EditConflict, Invalid, NotFound, Refused
from kernel.resources.naming import named
from kernel.resources.resource import Resource

PARTY = "kernel.party"
PAIR = "kernel.party_pair"
STATE = "kernel.party_state"
OWN_TABLES = (
    (PARTY, "id"),
    ("kernel.contact_point", "party_id"),
    ("kernel.address", "party_id"),
    ("kernel.party_role", "party_id"),
    ("kernel.employment", "person_id"),
    (STATE, "party_id"),
    ("kernel.withheld_facts", "party_id"),
    *((f"kernel.{model.__table__.name}", "party_id") for model in MODELS.values()),
)
"""What the kernel's own rules of a written party may change."""


def reached(point: str) -> None:
    """Pass a named point of a merge; tests end the process here."""


@dataclass(frozen=True)
class Versions:
    """The numbers with which the page was opened; None is not checked."""

    kept: int | None = None
    dropped: int | None = None


@dataclass
class Summary:
    """What a merge did: rows led over, and rows given up since their content stands elsewhere, by table."""

    merge_id: int
    moved: Counter[str] = field(default_factory=Counter)
    given_up: Counter[str] = field(default_factory=Counter)


@dataclass
class Merge:
    """The work on two parties whose rows are locked."""

    context: Context
    resource: Resource
    kept_id: int
    dropped_id: int
    choices: Mapping[str, str]
    reach: Callable[[str], None] = field(default_factory=lambda: reached)

    def perform(self, versions: Versions) -> Summary:
        """Do it; raise `Invalid` or `Refused` where something must be decided or changed first."""
        with self.context.system("merge of two parties") as system:
            session = system.session
            session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
            kept, dropped = self._locked(system, versions)
            rows = Rows(session)
            survivor = Survivor(self.context, self.resource, self.choices)
            values = survivor.values(kept, dropped)
            if survivor.problems:
                raise Invalid(survivor.problems)
            merge_id = self._open_log(system)
            self._ask_plugins(system, rows)
            self.reach("plugins asked")
            self._lead_over(rows)
            lead_mentions(system, rows, self.dropped_id, self.kept_id)
            self.reach("led over")
            name = dropped.display_name
            self._finish(system, rows, values, merge_id)
            self._note(system, dropped, name)
            self.reach("finished")
            summary = _summary(merge_id, rows.ledger.operations)
            session.execute(
                update(PartyMerge)
                .where(PartyMerge.id == merge_id)
                .values(
                    operations=dumps(rows.ledger.operations),
                    counts={"moved": dict(summary.moved), "given_up": dict(summary.given_up), "name": name},
                )
            )
        return summary

    def _locked(self, system: Context, versions: Versions) -> tuple[Party, Party]:
        statement = (
            select(Party)
            .where(Party.id.in_((self.kept_id, self.dropped_id)), Party.binned_at.is_(None))
            .order_by(Party.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        found = {party.id: party for party in system.session.execute(statement).scalars()}
        if len(found) < 2:
            raise NotFound()
        kept, dropped = found[self.kept_id], found[self.dropped_id]
        for party, version in ((kept, versions.kept), (dropped, versions.dropped)):
            if version is not None and party.version != version:
                raise EditConflict()
        return kept, dropped

    def _open_log(self, system: Context) -> int:
        made = (
            insert(PartyMerge)
            .values(
                at=system.now,
                actor_id=self.context.actor.user_id or 0,
                kept_id=self.kept_id,
                dropped_id=self.dropped_id,
            )
            .returning(PartyMerge.id)
        )
        return int(system.session.execute(made).scalar_one())

    def _ask_plugins(self, system: Context, rows: Rows) -> None:
        """Let plugins move what only they know, and note what they changed of what hangs on the two parties."""
        asked = system.runtime.hooks.implementing("merging")
        if not asked:
            return
        columns = [pair for pair in tables_of(rows, PARTY) if pair[0].partition(".")[0] in asked]
        watch = Watch(rows, columns, (self.kept_id, self.dropped_id), deep=True)
        system.runtime.require(
            "merging", session=system.session, ctx=system, kept=self.kept_id, dropped=self.dropped_id
        )
        system.session.flush()
        watch.note()

    def _lead_over(self, rows: Rows) -> None:
        facets = FacetRules(self.context, self.resource, rows.catalogue, self.choices)
        mover = Mover(rows, (self.kept_id, self.dropped_id), facets, self._named)
        self._pairs(rows)
        self._states(rows)
        self._rewritten(rows, facets)
        for table, column in tables_of(rows, PARTY):
            if table == PARTY:
                self._not_itself(rows, column)
            if rows.count(table, column, self.dropped_id):
                mover.move(table, column, self.dropped_id, self.kept_id)
        if facets.problems:
            raise Invalid(facets.problems)
        for soft in soft_references():
            moved = rows.session.execute(
                text(
                    f"UPDATE {soft.table} SET {soft.column} = :new WHERE {soft.where} AND {soft.column} = :old RETURNING id"  # noqa: S608 - the kernel's own constants
                ),
                {"new": self.kept_id, "old": self.dropped_id},
            ).scalars()
            ids = list(moved)
            if ids:
                rows.ledger.note(
                    "soft", soft.table, column=soft.column, old=self.dropped_id, new=self.kept_id, ids=ids
                )
        for table, column in tables_of(rows, PARTY):
            if rows.count(table, column, self.dropped_id):
                raise Refused(
                    _("“%(table)s” still refers to the other record.", table=self._named(table, ())[0])
                )

    def _rewritten(self, rows: Rows, facets: FacetRules) -> None:
        """Lead over rows whose references a trigger rewrites; what it made of them is noted, not what was asked of it."""
        columns = [pair for pair in tables_of(rows, PARTY) if rule_of(pair[0]).as_stored is not None]
        watch = Watch(rows, columns, (self.kept_id, self.dropped_id))
        unnoted = Mover(Rows(rows.session), (self.kept_id, self.dropped_id), facets, self._named)
        for table, column in columns:
            if rows.count(table, column, self.dropped_id):
                unnoted.move(table, column, self.dropped_id, self.kept_id)
        watch.note()

    def _named(self, table: str, columns: Sequence[str]) -> tuple[str, str]:
        return named(self.context, self.resource, table, columns)

    def _not_itself(self, rows: Rows, column: str) -> None:
        """A unit of its own duplicate is a unit of nobody, whichever of the two is kept."""
        for row in rows.of(PARTY, column, self.kept_id, self.dropped_id):
            if row["id"] in (self.kept_id, self.dropped_id):
                rows.change(PARTY, row, {column: None}, "between")

    def _states(self, rows: Rows) -> None:
        """Let the states of both make one course: each ends where the next begins, and the latest is the present one."""
        found = rows.of(STATE, "party_id", self.kept_id, self.dropped_id)
        found.sort(key=lambda row: (row["since"], row["id"]))
        for row, following in pairwise(found):
            if row["until"] != following["since"]:
                rows.change(STATE, row, {"until": following["since"]}, "course")

    def _pairs(self, rows: Rows) -> None:
        """Lead probable pairs over: what was said of the other party holds for the survivor."""
        for column in ("first_id", "second_id"):
            for row in rows.of(PAIR, column, self.dropped_id):
                rows.drop(PAIR, row, "pair")
                other = row["second_id"] if column == "first_id" else row["first_id"]
                if other != self.kept_id:
                    self._pair_with(rows, other, row)

    def _pair_with(self, rows: Rows, other: int, row: dict[str, Any]) -> None:
        first, second = sorted((self.kept_id, other))
        for known in rows.of(PAIR, "first_id", first):
            if known["second_id"] == second:
                if row["dismissed"] and not known["dismissed"]:
                    rows.change(PAIR, known, {"dismissed": True}, "pair")
                return
        taken = {name: row[name] for name in ("score", "reasons", "dismissed", "scan_id")}
        made = insert(PartyPair).values(first_id=first, second_id=second, **taken).returning(PartyPair.id)
        number = rows.session.execute(made).scalar_one()
        (stored,) = rows.fetch(PAIR, [{"id": number}])
        rows.ledger.note("put", PAIR, key={"id": number}, row=stored)

    def _finish(self, system: Context, rows: Rows, values: dict[str, Any], merge_id: int) -> None:
        """Drop the other party, fill the survivor, leave an alias behind."""
        session = system.session
        session.expire_all()
        kept = session.get_one(Party, self.kept_id)
        dropped = session.get_one(Party, self.dropped_id)
        survivor = Survivor(self.context, self.resource, self.choices)
        beside = survivor.beside(kept, dropped)
        codes = lost_codes(values, dropped, kept)
        numbers = list(lost_numbers(values, dropped, kept))
        before = {item.name: item.value_of(kept) for item in self.resource.fields if item.name in values}
        watch = Watch(rows, OWN_TABLES, (self.kept_id,))
        (row,) = rows.fetch(PARTY, [{"id": self.dropped_id}])
        rows.drop(PARTY, row, "merged")
        session.expunge(dropped)
        alias = {"old_id": self.dropped_id, "party_id": self.kept_id, "codes": codes, "merge_id": merge_id}
        rows.put("kernel.party_alias", alias)
        self._write(system, kept, values, beside, before)
        add_numbers(system, self.kept_id, numbers)
        if self.resource.written is not None:
            self.resource.written(system, kept)
        session.flush()
        watch.note()

    def _write(
        self,
        system: Context,
        kept: Party,
        values: dict[str, Any],
        beside: dict[str, Any],
        before: dict[str, Any],
    ) -> None:
        for item in self.resource.fields:
            if item.name in values:
                item.put(kept, values[item.name])
        for name, value in beside.items():
            setattr(kept, name, value)
        problems = list(self.resource.prepare(system, kept, {}) if self.resource.prepare else ())
        changed = {name: value for name, value in values.items() if before[name] != value}
        if changed:
            change = Change(record_id=kept.id, before={name: before[name] for name in changed}, after=changed)
            for answer in system.runtime.require(
                "validate", ctx=system, resource=self.resource.name, changes=[change]
            ):
                problems.extend(answer.value)
        if problems:
            raise Invalid(problems)
        system.session.flush()

    def _note(self, system: Context, dropped: Party, name: str) -> None:
        """Write into the history what the other party was, field by field."""
        assert system.journal is not None
        gone = {
            item.noted_as: [_plain(item.value_of(dropped)), None]
            for item in fields_of(self.resource)
            if item.value_of(dropped) is not None
        }
        gone["display_name"] = [name, None]
        system.journal.record("merge", PARTY, self.kept_id, gone)


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | int | float | str) else str(value)


def _summary(merge_id: int, operations: Sequence[Mapping[str, Any]]) -> Summary:
    summary = Summary(merge_id)
    for operation in operations:
        table = operation["table"]
        if operation["do"] == "relink" and table != "kernel.party_alias":
            summary.moved[table] += len(operation["keys"])
        elif operation["do"] in ("soft", "link", "filters"):
            summary.moved[table] += len(operation["ids"])
        elif operation["do"] == "set" and rule_of(table).as_stored is not None:
            summary.moved[table] += 1
        elif operation["do"] == "drop" and table not in (PARTY, PAIR):
            summary.given_up[table] += 1
    return summary
