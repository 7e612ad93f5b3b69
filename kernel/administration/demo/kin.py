"""Who belongs to whom in the demonstration: families with a household, introducers, changing posts, firms of one group."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kernel.parties.models import ORGANISATION, Employment, Party, RelationKind

if TYPE_CHECKING:
    from kernel.administration.demo.demo import Demo

FAMILIES = 4
"""Couples with a child; each takes three persons."""
FIRMS = 4
"""Organisations that are told of."""


def make_kin(demo: Demo) -> None:
    """Relate some of the parties; where there are too few of them, nobody."""
    persons = list(demo.persons[-3 * FAMILIES :])
    firms = _firms(demo)
    if len(persons) < 3 * FAMILIES or len(firms) < FIRMS:
        return
    kinds = _kinds(demo)
    for place in range(FAMILIES):
        _family(demo, kinds, persons[3 * place : 3 * place + 3], place)
    for place, person in enumerate(persons[3::3]):
        demo.run(
            "relation.add", party_id=person, relation=f"{kinds['introducer']}.first", other=persons[place]
        )
    _career(demo, persons[0], firms)
    for key, first, second in (("subsidiary", 0, 1), ("agency", 0, 2)):
        demo.run("relation.add", party_id=firms[first], relation=f"{kinds[key]}.first", other=firms[second])


def _family(demo: Demo, kinds: dict[str, int], family: Sequence[int], place: int) -> None:
    one, other, child = family
    wedding = (demo.today - timedelta(days=2000 + 400 * place)).isoformat()
    demo.run("relation.add", party_id=one, relation=f"{kinds['spouse']}.first", other=other, since=wedding)
    for parent in (one, other):
        demo.run("relation.add", party_id=child, relation=f"{kinds['parent']}.first", other=parent)
    demo.run("household.from_family", person_id=one)


def _career(demo: Demo, person: int, firms: Sequence[int]) -> None:
    """Begin as an accountant, become the manager of finance, go on to another firm, and keep a second post beside."""

    def day(days: int) -> str:
        return (demo.today - timedelta(days=days)).isoformat()

    def position(code: str) -> int:
        return demo.base_value("position", code)

    begun: dict[str, Any] = {"person": person, "organisation": firms[1], "unit": "مالی", "since": day(1500)}
    demo.run("post.add", **begun, position=position("accountant"))
    first = _present_post(demo, person, firms[1])
    demo.run("post.promote", post_id=first, since=day(700), position=position("finance_manager"), unit="مالی")
    second = _present_post(demo, person, firms[1])
    demo.run(
        "post.move",
        post_id=second,
        since=day(150),
        organisation=firms[2],
        position=position("finance_manager"),
    )
    demo.run(
        "post.add", person=person, organisation=firms[3], position=position("board_member"), since=day(400)
    )


def _present_post(demo: Demo, person: int, firm: int) -> int:
    statement = select(Employment.id).where(
        Employment.person_id == person, Employment.organisation_id == firm, Employment.until.is_(None)
    )
    with demo.runtime.reading(demo.administrator) as context:
        return context.session.execute(statement).scalar_one()


def _firms(demo: Demo) -> list[int]:
    statement = select(Party.id).where(Party.kind == ORGANISATION).order_by(Party.id).limit(FIRMS)
    with demo.runtime.reading(demo.administrator) as context:
        return list(context.session.execute(statement).scalars())


def _kinds(demo: Demo) -> dict[str, int]:
    with demo.runtime.reading(demo.administrator) as context:
        rows = context.session.execute(
            select(RelationKind.code, RelationKind.id).where(RelationKind.code.is_not(None))
        )
        return {row.code: row.id for row in rows}
