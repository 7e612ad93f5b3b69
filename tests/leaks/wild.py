"""Tables whose policies are drawn anew for each example: chains of parents, several parents, parties, facets, scopes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import ColumnElement, Connection, ForeignKey, Select, Text, func, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from kernel.access.models import AccessGrant, Pattern, PatternPlace, Unit, UserAccount, UserPattern
from kernel.access.policies import Policy, PolicySet, Rows, child, public, rows, system
from kernel.access.protected import ACCESS_POLICIES
from kernel.access.scopes import RowScope, Scope, declared_scope
from kernel.data.base import Binnable, Identified, schema_base
from kernel.extension.models import PluginRow
from kernel.i18n import _
from kernel.testing.oracle import Holding

SCHEMA = "wildtest"
USERS, UNITS = 4, 3
ME = 0
Base = schema_base(SCHEMA)


class _Columns(Identified, Binnable):
    """What every table has: owners, places, and a plain text."""

    name: Mapped[str] = mapped_column(Text, default="")
    owner_id: Mapped[int | None]
    assignee_id: Mapped[int | None]
    province_id: Mapped[int | None]
    city_id: Mapped[int | None]


class Root(_Columns, Base):
    """The table that all others lead to in the end."""

    __tablename__ = "root"


class Branch(_Columns, Base):
    """Hangs on a root, and may hang on others."""

    __tablename__ = "branch"

    up_id: Mapped[int] = mapped_column(ForeignKey("wildtest.root.id", ondelete="CASCADE"))
    also_id: Mapped[int] = mapped_column(ForeignKey("wildtest.root.id", ondelete="CASCADE"))
    party_id: Mapped[int | None] = mapped_column(ForeignKey("wildtest.root.id", ondelete="CASCADE"))


class Twig(_Columns, Base):
    """Hangs on a branch, and may hang on roots besides."""

    __tablename__ = "twig"

    up_id: Mapped[int] = mapped_column(ForeignKey("wildtest.branch.id", ondelete="CASCADE"))
    also_id: Mapped[int] = mapped_column(ForeignKey("wildtest.root.id", ondelete="CASCADE"))
    party_id: Mapped[int | None] = mapped_column(ForeignKey("wildtest.root.id", ondelete="CASCADE"))


class Leaf(_Columns, Base):
    """Hangs on a twig, and may hang on branches besides."""

    __tablename__ = "leaf"

    up_id: Mapped[int] = mapped_column(ForeignKey("wildtest.twig.id", ondelete="CASCADE"))
    also_id: Mapped[int] = mapped_column(ForeignKey("wildtest.branch.id", ondelete="CASCADE"))
    party_id: Mapped[int | None] = mapped_column(ForeignKey("wildtest.twig.id", ondelete="CASCADE"))


MODELS = (Root, Branch, Twig, Leaf)
LEADS = {
    Branch: {"up_id": Root, "also_id": Root, "party_id": Root},
    Twig: {"up_id": Branch, "also_id": Root, "party_id": Root},
    Leaf: {"up_id": Twig, "also_id": Branch, "party_id": Twig},
}
RESOURCES = ("root", "branch", "twig", "leaf", "facet")
ACTIONS = ("view", "edit", "purge", "export")
SCOPES = {
    "province": ("province_id",),
    "city": ("city_id",),
}


CARE = f"{SCHEMA}.care"
"""The scope that the schema declares as a plugin would: numbers out of the leaves that somebody is assigned."""


def in_care(user: ColumnElement[Any]) -> Select[Any]:
    """The select of the scope."""
    return select(Leaf.also_id).where(Leaf.assignee_id == user, Leaf.binned_at.is_(None))


@st.composite
def _care(draw: st.DrawFn, policies: list[Policy]) -> list[Scope]:
    """Let the scope cover some of the records that have rights of their own, by one column or another."""
    models = [policy.model for policy in policies if isinstance(policy, Rows)]
    column = st.sampled_from(("id", "id", "province_id", "also_id"))
    wanted = {model: draw(column) for model in models if draw(st.booleans())}
    covers = {model: name for model, name in wanted.items() if name in model.__table__.c}
    return [declared_scope(SCHEMA, RowScope(key="care", title=_("Care"), rows=in_care, covers=covers))]


@st.composite
def _a_policy(draw: st.DrawFn, model: type) -> Policy:
    name = model.__tablename__
    kinds = ["rows"] * 5 + ["public", "system"]
    if model is not Root:
        kinds += ["child"] * 7
    kind = draw(st.sampled_from(kinds))
    if kind == "public":
        return public(model, name)
    if kind == "system":
        return system(model)
    if kind == "rows":
        parties = [None] if model is Root else [None, "party_id", "also_id"]
        own = draw(st.sampled_from((("owner_id",), ("owner_id", "assignee_id"), ("assignee_id",), ())))
        scopes = {each: SCOPES[each] for each in draw(st.sets(st.sampled_from(sorted(SCOPES))))}
        only = draw(st.integers(0, 7)) == 0
        return rows(
            model,
            name,
            own=own,
            party=draw(st.sampled_from(parties)),
            scopes=scopes,
            administrators_only=only,
        )
    also = draw(st.sampled_from((("also_id",), ())))
    facet = draw(st.sampled_from((None, None, "facet", name)))
    return child(
        model, LEADS[model]["up_id"], "up_id", facet, also=also, any_parent=bool(also) and draw(st.booleans())
    )


@dataclass(frozen=True)
class Line:
    """A row: owner and assignee by position, places, the bin, and the positions of what it hangs on."""

    owner: int | None
    assignee: int | None
    province: int | None
    city: int | None
    binned: bool
    up: int
    also: int
    party: int | None


@dataclass(frozen=True)
class Wild:
    """One example. Users, units and rows are named by position."""

    policies: PolicySet
    lines: dict[type, list[Line]]
    heads: list[int | None]
    above: list[int | None]
    member_of: list[int | None]
    patterns: list[tuple[dict[tuple[str, str], frozenset[str]], frozenset[tuple[str, int]]]]
    administrator: bool
    lift_bin: bool
    ids: dict[str, list[int]] = field(default_factory=dict)

    def team(self) -> set[int]:
        """Count by hand whose records the first user reaches by his team."""
        beneath = {unit for unit, head in enumerate(self.heads) if head == ME}
        while more := {unit for unit, up in enumerate(self.above) if up in beneath} - beneath:
            beneath |= more
        units = beneath | {self.member_of[ME]}
        members = {each for each, unit in enumerate(self.member_of) if unit is not None and unit in units}
        heads = {head for unit in beneath if (head := self.heads[unit]) is not None}
        return members | heads | {ME}

    def holding(self) -> Holding:
        """Write down by hand what the first user holds."""
        grants: dict[tuple[str, str], set[str]] = {}
        places: dict[tuple[str, str, str], set[int]] = {}
        for held, chosen in self.patterns:
            for (resource, action), scopes in held.items():
                grants.setdefault((resource, action), set()).update(scopes)
                for kind, place in chosen if "location" in scopes else ():
                    places.setdefault((resource, action, kind), set()).add(place)
        users = self.ids["users"]
        return Holding(
            users[ME],
            self.administrator,
            {right: frozenset(scopes) for right, scopes in grants.items()},
            frozenset(users[each] for each in self.team()),
            {key: frozenset(ids) for key, ids in places.items()},
            {
                CARE: frozenset(
                    line.also + 1 for line in self.lines[Leaf] if line.assignee == ME and not line.binned
                )
            },
        )


user = st.integers(0, USERS - 1)
rights = st.tuples(st.sampled_from(RESOURCES), st.sampled_from(ACTIONS))
held_scopes = st.sampled_from(
    [
        frozenset(each.split())
        for each in (
            f"own {CARE}",
            f"location {CARE}",
            CARE,
            "own location",
            "own team",
            "team location",
            "own",
            "team",
            "location",
            "all",
            "nobody_declares_it own",
            "nobody_declares_it",
        )
    ]
)
places = st.frozensets(
    st.tuples(st.sampled_from(("province", "city")), st.integers(1, 3)), min_size=1, max_size=3
)


@st.composite
def wild(draw: st.DrawFn) -> Wild:
    """Draw policies, rows, a house of users and units, and what the first user holds."""
    drawn = [draw(_a_policy(model)) for model in MODELS]
    policies = PolicySet((*ACCESS_POLICIES, *drawn), draw(_care(drawn)))
    lines: dict[type, list[Line]] = {}
    for model in MODELS:
        leads = {key: len(lines[target]) for key, target in LEADS.get(model, {}).items()}
        up, also, party = (st.integers(0, leads.get(key, 1) - 1) for key in ("up_id", "also_id", "party_id"))
        place = st.sampled_from((1, 2, 3, None))
        holder = st.sampled_from((ME, 1, 2, 3, ME, None))
        binned = st.sampled_from((False, False, False, False, True))
        line = st.builds(Line, holder, holder, place, place, binned, up, also, st.none() | party)
        lines[model] = draw(st.lists(line, min_size=3, max_size=6))
    granted = draw(st.lists(st.tuples(st.dictionaries(rights, held_scopes, max_size=6), places), max_size=3))
    # Without a right to see, nothing else is ever reached: most examples get some.
    unseen = draw(st.sets(st.sampled_from(RESOURCES), max_size=2))
    seen = [name for name in RESOURCES if name not in unseen]
    granted.append(({(name, "view"): draw(held_scopes) for name in seen}, draw(places)))
    return Wild(
        policies,
        lines,
        draw(st.lists(st.none() | user, min_size=UNITS, max_size=UNITS)),
        [None, *(draw(st.none() | st.integers(0, place)) for place in range(UNITS - 1))],
        draw(st.lists(st.none() | st.integers(0, UNITS - 1), min_size=USERS, max_size=USERS)),
        granted,
        draw(st.integers(0, 15)) == 0,
        draw(st.booleans()),
    )


def build(owner: Connection, world: Wild) -> None:
    """Write users, units, patterns and rows; ids by position go into `world.ids`."""

    def made(model: type, **given: object) -> int:
        return int(owner.execute(insert(model).values(**given).returning(model.id)).scalar_one())  # type: ignore[attr-defined]

    owner.execute(
        insert(PluginRow).values(name=SCHEMA, title=SCHEMA, version="1", state="enabled", requires=[])
    )
    users = [
        made(
            UserAccount,
            username=f"wild{place}",
            display_name=f"wild{place}",
            is_administrator=world.administrator and place == ME,
        )
        for place in range(USERS)
    ]
    world.ids["users"] = users
    units: list[int] = []
    for place, (head, up) in enumerate(zip(world.heads, world.above, strict=True)):
        name = f"wild {place}"
        units.append(
            made(
                Unit,
                name=name,
                search_key=name,
                head_id=None if head is None else users[head],
                parent_id=None if up is None else units[up],
            )
        )
    table = UserAccount.__table__
    for place, unit in enumerate(world.member_of):
        if unit is not None:
            owner.execute(table.update().where(table.c.id == users[place]).values(unit_id=units[unit]))
    for place, (held, chosen) in enumerate(world.patterns):
        number = made(Pattern, name=f"wild{place}", title=f"wild{place}")
        owner.execute(insert(UserPattern).values(user_id=users[ME], pattern_id=number))
        for (resource, action), scopes in held.items():
            for scope in scopes:
                right = {"resource": resource, "action": action, "scope": scope}
                owner.execute(insert(AccessGrant).values(pattern_id=number, **right))
        for kind, where in chosen:
            owner.execute(insert(PatternPlace).values(pattern_id=number, kind=kind, place_id=where))
    for model in MODELS:
        leads = LEADS.get(model, {})
        for place, line in enumerate(world.lines[model]):
            hangs = {
                key: None if position is None else position + 1
                for key, position in (("up_id", line.up), ("also_id", line.also), ("party_id", line.party))
                if key in leads
            }
            owner.execute(
                insert(model).values(
                    id=place + 1,
                    name=f"{place}",
                    owner_id=None if line.owner is None else users[line.owner],
                    assignee_id=None if line.assignee is None else users[line.assignee],
                    province_id=line.province,
                    city_id=line.city,
                    binned_at=func.now() if line.binned else None,
                    **hangs,
                )
            )
