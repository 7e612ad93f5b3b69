"""The rows of the family, seen by `sara`: her own firms, others', binned ones, and everything that hangs on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select

from kernel.access.actor import Actor
from kernel.testing.corpus import Subject
from kernel.testing.users import add_user
from tests.leaks.family import Desk, Drawer, Firm, Health, Label, Ledger, Mark, Memo, Pin, Visit

OWN = "own"
ALL = "all"
FULL = ("view", "create", "edit", "purge")


@dataclass(frozen=True)
class Scene:
    """Two users with the same rights on their own records, an administrator, and an inactive user."""

    sara: Actor
    mina: Actor
    chief: Actor


def fill(owner: Connection) -> Scene:
    """Write users and rows: firms 1 and 2 are sara's, 3 is assigned to her, 4 is hers but binned, 5 to 7 mina's."""
    grants = {(each, action): OWN for each in ("firm", "health", "visit", "memo") for action in FULL}
    sara = add_user(owner, "sara", {**grants, ("label", "view"): ALL})
    mina = add_user(owner, "mina", grants)
    chief = add_user(owner, "chief", administrator=True)
    a, b = sara.user_id, mina.user_id
    binned = func.now()
    owner.execute(
        insert(Firm),
        [
            {"id": 1, "name": "one", "owner_id": a, "assignee_id": None, "binned_at": None},
            {"id": 2, "name": "two", "owner_id": a, "assignee_id": b, "binned_at": None},
            {"id": 3, "name": "three", "owner_id": b, "assignee_id": a, "binned_at": None},
            {"id": 4, "name": "four", "owner_id": a, "assignee_id": None, "binned_at": None},
            {"id": 5, "name": "five", "owner_id": b, "assignee_id": None, "binned_at": None},
            {"id": 6, "name": "six", "owner_id": b, "assignee_id": b, "binned_at": None},
            {"id": 7, "name": "seven", "owner_id": None, "assignee_id": None, "binned_at": None},
        ],
    )
    owner.execute(Firm.__table__.update().where(Firm.id == 4).values(binned_at=binned))
    owner.execute(insert(Desk), [{"id": n, "firm_id": n, "name": f"desk {n}"} for n in range(1, 8)])
    owner.execute(insert(Desk).values(id=8, firm_id=1, name="binned desk", binned_at=binned))
    owner.execute(insert(Drawer), [{"id": n, "desk_id": n, "name": f"drawer {n}"} for n in range(1, 9)])
    owner.execute(insert(Health), [{"firm_id": n, "name": f"health {n}"} for n in range(1, 8)])
    owner.execute(insert(Label), [{"id": n, "name": f"label {n}"} for n in range(1, 3)])
    owner.execute(insert(Mark), [{"firm_id": n, "label_id": 1, "name": ""} for n in range(1, 8)])
    owner.execute(
        insert(Visit),
        [
            {"id": 1, "owner_id": a, "firm_id": 1, "name": "mine at mine"},
            {"id": 2, "owner_id": a, "firm_id": 5, "name": "mine at hers"},
            {"id": 3, "owner_id": b, "firm_id": 1, "name": "hers at mine"},
            {"id": 4, "owner_id": a, "firm_id": None, "name": "mine at nobody's"},
            {"id": 5, "owner_id": a, "firm_id": 4, "name": "mine at a binned one"},
        ],
    )
    owner.execute(
        insert(Memo),
        [
            {"id": 1, "owner_id": a, "firm_id": 1, "name": "to mine"},
            {"id": 2, "owner_id": a, "firm_id": 5, "name": "to hers"},
            {"id": 3, "owner_id": a, "firm_id": 4, "name": "to a binned one"},
            {"id": 4, "owner_id": b, "firm_id": 5, "name": "hers"},
            {"id": 5, "owner_id": a, "firm_id": None, "name": "to nobody's"},
        ],
    )
    pins = [(1, a), (2, a), (3, b), (4, chief.user_id)]
    owner.execute(insert(Pin), [{"id": n, "user_id": who, "name": f"pin {n}"} for n, who in pins])
    owner.execute(insert(Ledger), [{"id": n, "name": f"entry {n}"} for n in range(1, 4)])
    for model in (Firm, Desk, Drawer, Label, Visit, Memo, Pin, Ledger):
        last = owner.scalar(select(func.max(model.__table__.c.id)))
        owner.execute(select(func.setval(func.pg_get_serial_sequence(model.__table__.fullname, "id"), last)))
    return Scene(sara, mina, chief)


def subjects(scene: Scene) -> Iterator[Subject]:
    """Each model of the family as sara sees it."""
    other = scene.mina.user_id
    yield Subject(
        Firm,
        frozenset({1, 2, 3}),
        frozenset({4, 5, 6, 7}),
        "name",
        children="desks",
        pointer=(Memo, "firm"),
        foreign=lambda: Firm(name="foreign", owner_id=other),
        below=lambda number: Desk(firm_id=number, name="below"),
        give_away=lambda firm: setattr(firm, "owner_id", other),
    )
    yield Subject(
        Desk,
        frozenset({1, 2, 3}),
        frozenset({4, 5, 6, 7, 8}),
        "name",
        children="drawers",
        pointer=(Drawer, "desk"),
        foreign=lambda: Desk(firm_id=5, name="foreign"),
        below=lambda number: Drawer(desk_id=number, name="below"),
        give_away=lambda desk: setattr(desk, "firm_id", 5),
    )
    yield Subject(
        Drawer,
        frozenset({1, 2, 3}),
        frozenset({4, 5, 6, 7, 8}),
        "name",
        foreign=lambda: Drawer(desk_id=5, name="foreign"),
        give_away=lambda drawer: setattr(drawer, "desk_id", 5),
    )
    yield Subject(
        Health,
        frozenset({1, 2, 3}),
        frozenset({4, 5, 6, 7}),
        "name",
        foreign=lambda: Health(firm_id=5, name="foreign"),
        give_away=lambda health: setattr(health, "firm_id", 5),
    )
    yield Subject(
        Visit,
        frozenset({1, 4}),
        frozenset({2, 3, 5}),
        "name",
        foreign=lambda: Visit(owner_id=scene.sara.user_id, firm_id=5, name="foreign"),
        give_away=lambda visit: setattr(visit, "owner_id", other),
    )
    yield Subject(
        Memo,
        frozenset({1, 2, 3, 5}),
        frozenset({4}),
        "name",
        foreign=lambda: Memo(owner_id=other, name="foreign"),
        give_away=lambda memo: setattr(memo, "owner_id", other),
    )
    yield Subject(
        Mark,
        frozenset({1, 2, 3}),
        frozenset({4, 5, 6, 7}),
        "name",
        foreign=lambda: Mark(firm_id=5, label_id=2, name="foreign"),
    )
    yield Subject(
        Pin,
        frozenset({1, 2}),
        frozenset({3, 4}),
        "name",
        foreign=lambda: Pin(user_id=other, name="foreign"),
        give_away=lambda pin: setattr(pin, "user_id", other),
    )
    yield Subject(
        Ledger,
        frozenset(),
        frozenset({1, 2, 3}),
        "name",
        foreign=lambda: Ledger(name="foreign"),
    )
