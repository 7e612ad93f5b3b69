"""Kinds of relations between parties: those that ship, those that plugins declare, and those that users add.

Read as "the first party is <name> of the second, the second is <reverse name> of the first": one entry has the right
words on the pages of both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, inspect, select

from kernel.extension.contributions import RelationKind as Declared
from kernel.fa.text import squeeze
from kernel.i18n import LazyText, _
from kernel.parties.models import ORGANISATION, PERSON, Relation, RelationKind
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.fields import Choice, Text, Whole, YesNo
from kernel.resources.resource import Resource, Section, Sort

SPOUSE = "spouse"
PARENT = "parent"
INTRODUCER = "introducer"
BOTH = "both"

KERNEL_KINDS: tuple[Declared, ...] = (
    Declared(key=SPOUSE, title=_("Spouse"), mutual=True, exclusive=BOTH, first=PERSON, second=PERSON),
    Declared(key=PARENT, title=_("Parent"), reverse=_("Child"), tree=True, first=PERSON, second=PERSON),
    Declared(key="sibling", title=_("Sister or brother"), mutual=True, first=PERSON, second=PERSON),
    Declared(key="relative", title=_("Relative"), mutual=True, first=PERSON, second=PERSON),
    Declared(
        key="companion", title=_("Companion"), reverse=_("Accompanied person"), first=PERSON, second=PERSON
    ),
    Declared(key=INTRODUCER, title=_("Introducer"), reverse=_("Introduced by them")),
    Declared(
        key="subsidiary",
        title=_("Subsidiary"),
        reverse=_("Parent company"),
        tree=True,
        first=ORGANISATION,
        second=ORGANISATION,
    ),
    Declared(
        key="branch",
        title=_("Branch"),
        reverse=_("Head office of it"),
        exclusive="first",
        tree=True,
        first=ORGANISATION,
        second=ORGANISATION,
    ),
    Declared(
        key="agency", title=_("Agency (representative)"), reverse=_("Represented firm"), second=ORGANISATION
    ),
    Declared(key="dealer", title=_("Dealer"), reverse=_("Dealer's customer")),
)
"""The kinds of every site, under their stable codes."""

ENDS: Mapping[str, LazyText] = {PERSON: _("Persons"), ORGANISATION: _("Organisations")}
EXCLUSIVE: Mapping[str, LazyText] = {
    "none": _("Any number at a time"),
    "first": _("The first party: one at a time"),
    "second": _("The second party: one at a time"),
    BOTH: _("Both: one at a time"),
}
FIXED = ("first_kind", "second_kind", "mutual", "exclusive", "tree")
"""What is not changed once there are relations of the kind: they would no longer be what was checked."""


@dataclass(frozen=True)
class Side:
    """One way to read a kind from a party: `other_first` says whether the other party is the first of the two."""

    kind_id: int
    other_first: bool
    title: str

    @property
    def key(self) -> str:
        """The name under which forms choose it."""
        return f"{self.kind_id}.{'first' if self.other_first else 'second'}"


def all_kinds(context: Context) -> dict[int, RelationKind]:
    """Give every kind by id in the order of the list, those no longer offered too; one query."""
    statement = select(RelationKind).order_by(RelationKind.position, RelationKind.id)
    return {kind.id: kind for kind in context.session.execute(statement).scalars()}


def offers(context: Context, kind: RelationKind) -> bool:
    """Say whether a kind may be chosen: it is in use, and the plugin that declared it, if one did, runs."""
    plugin, dot, _key = (kind.code or "").partition(".")
    return kind.active and (not dot or plugin in context.runtime.plugins)


def offered_kinds(context: Context) -> list[RelationKind]:
    """Give the kinds that may be chosen, in the order of the list; one query."""
    return [kind for kind in all_kinds(context).values() if offers(context, kind)]


def sides(kinds: Iterable[RelationKind], party_kind: str) -> list[Side]:
    """Give what another party can be of one of `party_kind`: "Parent", "Child", "Spouse" …, of these kinds."""
    found = []
    for kind in kinds:
        if kind.second_kind in (None, party_kind):
            found.append(Side(kind.id, True, kind.name))
        if not kind.mutual and kind.first_kind in (None, party_kind):
            found.append(Side(kind.id, False, kind.reverse_name))
    return found


def prepare_kind(context: Context, kind: RelationKind, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the folded name; see that what says who may stand in it fits together and to what is there."""
    kind.name, kind.reverse_name = kind.name or "", kind.reverse_name or ""
    if kind.mutual:
        kind.reverse_name = kind.name
    kind.search_key = f"{squeeze(kind.name)}|{squeeze(kind.reverse_name)}"
    problems = _contradictions(kind)
    if not kind.reverse_name:
        problems.append(Problem("reverse_name", _("Say what the second party is to the first.")))
    changed = [name for name in FIXED if name in values and _differs(kind, name)]
    if kind.id is not None and changed and _in_use(context, kind.id):
        text = _("There are relations of this kind already; add another kind instead.")
        problems.append(Problem(changed[0], text))
    return problems


def _contradictions(kind: RelationKind) -> list[Problem]:
    if not kind.mutual:
        return []
    problems = []
    if kind.first_kind != kind.second_kind:
        text = _("If both sides read the same, both parties are of the same kind.")
        problems.append(Problem("second_kind", text))
    if kind.exclusive in ("first", "second"):
        text = _("If both sides read the same, one at a time is for both or for none.")
        problems.append(Problem("exclusive", text))
    if kind.tree:
        problems.append(Problem("tree", _("A relation that reads the same from both sides has no order.")))
    return problems


def _differs(kind: RelationKind, name: str) -> bool:
    return bool(inspect(kind).attrs[name].history.has_changes())


def _in_use(context: Context, kind_id: int) -> bool:
    with context.system("relations of a kind") as system, system.session.no_autoflush:
        statement = select(Relation.id).where(Relation.kind_id == kind_id).limit(1)
        return system.session.execute(statement).first() is not None


def seed_kinds(context: Context, declared: Iterable[Declared], plugin: str | None = None) -> None:
    """Make the kinds that are missing, known by their codes; what users renamed stays as it is."""
    known = set(context.session.execute(select(RelationKind.code)).scalars())
    names = set(context.session.execute(select(RelationKind.search_key)).scalars())
    last = context.session.execute(select(func.max(RelationKind.position))).scalar_one_or_none() or 0
    rows: list[dict[str, Any]] = []
    for kind in declared:
        code = f"{plugin}.{kind.key}" if plugin else kind.key
        name = context.text(kind.title)
        reverse = name if kind.mutual or kind.reverse is None else context.text(kind.reverse)
        key = f"{squeeze(name)}|{squeeze(reverse)}"
        if code in known:
            continue
        if (
            key in names
        ):  # users have it already under this name: the plugin's own stands beside it, told apart
            name, key = f"{name} ({code})", f"{key}|{code}"
        last += 10
        rows.append(
            {
                "code": code,
                "name": name,
                "reverse_name": reverse,
                "search_key": key,
                "first_kind": kind.first,
                "second_kind": kind.second,
                "mutual": kind.mutual,
                "exclusive": kind.exclusive,
                "tree": kind.tree,
                "position": last,
            }
        )
    if rows:
        context.session.execute(insert(RelationKind), rows)


def kind_by_code(context: Context, codes: Sequence[str]) -> dict[str, int]:
    """Give the ids of kinds by their stable codes."""
    statement = select(RelationKind.code, RelationKind.id).where(RelationKind.code.in_(list(codes)))
    return {code: number for code, number in context.session.execute(statement) if code is not None}


RELATION_KIND = Resource(
    name="relation_kind",
    model=RelationKind,
    title=_("Kind of relation"),
    plural=_("Kinds of relations"),
    path="relation-kinds",
    permission="base_data",
    icon="link",
    unruled=("reverse_name",),
    fields=(
        Text(
            "name",
            _("The first is to the second"),
            required=True,
            limit=100,
            help=_("For example “Parent”: this stands on the page of the second party."),
        ),
        Text(
            "reverse_name",
            _("The second is to the first"),
            limit=100,
            help=_("For example “Child”. Empty where both sides read the same."),
        ),
        YesNo("mutual", _("Both sides read the same"), default=False),
        Choice("first_kind", _("The first party"), options=ENDS),
        Choice("second_kind", _("The second party"), options=ENDS),
        Choice("exclusive", _("How many at a time"), options=EXCLUSIVE, required=True, default="none"),
        YesNo(
            "tree",
            _("No circles"),
            default=False,
            help=_("A chain of such relations may not come back to its beginning, as with subsidiaries."),
        ),
        Whole("position", _("Rank in the list"), least=0, most=1_000_000, default=1000),
        YesNo("active", _("Offered for choice"), default=True),
    ),
    list_columns=("name", "reverse_name", "first_kind", "second_kind", "exclusive", "active"),
    sections=(
        Section(_("Kind of relation"), ("name", "reverse_name", "mutual")),
        Section(
            _("Who may stand in it"),
            ("first_kind", "second_kind", "exclusive", "tree", "position", "active"),
        ),
    ),
    sorts=(Sort("rank", _("Rank in the list"), ("position",)),),
    prepare=prepare_kind,
    constraints={
        "uq_relation_kind_search_key": ("name", _("There is already a kind of this name.")),
    },
)
"""Kinds as base data of their own: list and form."""
