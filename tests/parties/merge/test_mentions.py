"""Parties named inside JSON: links of user-defined fields and filters of segments follow a merge and its undoing."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from kernel.parties.models import Party, Segment
from kernel.resources.build import build_runtime
from kernel.resources.errors import Refused
from kernel.resources.lists import Filter, ListQuery, page
from kernel.resources.user_fields.models import UserField
from tests.parties.conftest import Office


class Desk(Office):
    """Somebody who merges and defines fields; the runtime is that of the present epoch."""

    def define(self, title, **values):
        entered = {"title": title, "resources": ["person", "organisation"], "to": "party", "filterable": "1"}
        number = self.run("user_field.save", kind="link", values={**entered, **values}, options=[])
        clock = self.runtime.clock
        self.runtime = build_runtime(
            self.runtime.site, self.runtime.engines, discovery=self.runtime.hooks.discovery, isolate=False
        )
        self.runtime.clock = clock
        with self.runtime.system_work("test", "test") as context:
            return context.session.get_one(UserField, number).key

    def link(self, number, key):
        return self.one(select(Party.user_values).where(Party.id == number)).get(key)

    def filters(self, number):
        with self.runtime.system_work("test", "test") as context:
            return context.session.get_one(Segment, number).filters


@pytest.fixture
def desk(runtime, make_user):
    return Desk(runtime, make_user("sara", {}, administrator=True))


def two(desk):
    return [desk.person(first_name="علی", last_name="رضایی") for _number in range(2)]


def test_links_of_user_defined_fields_follow_and_come_back(desk):
    key = desk.define("معرف", title_en="By")
    kept, dropped = two(desk)
    person = desk.person(last_name="تهرانی", **{key: str(dropped)})
    firm = desk.organisation(name="پیوند", **{key: str(dropped)})
    other = desk.person(last_name="دیگری", **{key: str(kept)})
    binned = desk.person(last_name="کهنه", **{key: str(dropped)})
    desk.run("record.delete", resource="person", record_id=binned)
    summary = desk.run("party.merge", kept=kept, dropped=dropped)
    assert [desk.link(number, key) for number in (person, firm, other)] == [kept] * 3
    moved = desk.person(last_name="بعدی", **{key: str(kept)})
    desk.edit("person", person, father_name="حسن")
    desk.edit("organisation", firm, **{key: str(other)})
    desk.run("party.undo_merge", merge_id=summary.merge_id)
    assert [desk.link(number, key) for number in (person, firm, other, moved)] == [dropped, other, kept, kept]
    desk.run("record.restore", resource="person", record_id=binned)
    assert desk.link(binned, key) == dropped


def test_nobody_links_to_himself_after_a_merge(desk):
    key = desk.define("معرف", title_en="By")
    kept, dropped = two(desk)
    desk.edit("person", kept, **{key: str(dropped)})
    desk.edit("person", dropped, **{key: str(kept)})
    summary = desk.run("party.merge", kept=kept, dropped=dropped)
    assert desk.link(kept, key) is None
    desk.run("party.undo_merge", merge_id=summary.merge_id)
    assert (desk.link(kept, key), desk.link(dropped, key)) == (dropped, kept)
    unit, firm = (desk.organisation(name=name) for name in ("واحد فروش", "پیوند"))
    desk.edit("organisation", unit, part_of=str(firm))
    summary = desk.run("party.merge", kept=unit, dropped=firm)
    assert desk.one(select(Party.part_of_id).where(Party.id == unit)) is None
    desk.run("party.undo_merge", merge_id=summary.merge_id)
    assert desk.one(select(Party.part_of_id).where(Party.id == unit)) == firm
    desk.run("party.merge", kept=firm, dropped=unit)
    assert desk.one(select(Party.part_of_id).where(Party.id == firm)) is None


def test_two_links_that_must_differ_refuse_the_merge_in_words(desk):
    key = desk.define("کفیل", title_en="Surety", unique_values="1")
    kept, dropped = two(desk)
    holders = [desk.person(last_name="تهرانی", **{key: str(number)}) for number in (kept, dropped)]
    with pytest.raises(Refused, match="takes each value once"):
        desk.run("party.merge", kept=kept, dropped=dropped)
    assert [desk.link(number, key) for number in holders] == [kept, dropped]


def test_segments_name_the_survivor_and_after_undoing_the_other(desk):
    key = desk.define("معرف", title_en="By")
    kept, dropped = two(desk)
    person = desk.person(last_name="تهرانی", **{key: str(dropped)})
    segments = []
    for name, operator, value in (
        ("یکی", "is", str(dropped)),
        ("هر دو", "any", [str(kept), str(dropped)]),
        ("دیگر", "is", str(dropped)),
    ):
        made = desk.run(
            "segment.save", name=name, resource="person", filters=[Filter(key, operator, value)], shared=True
        )
        segments.append(made)
    before = [desk.filters(number) for number in segments]
    assert before[0] == [[key, "is", dropped]]
    summary = desk.run("party.merge", kept=kept, dropped=dropped)
    assert [desk.filters(number)[0][2] for number in segments] == [kept, [kept], kept]
    assert summary.moved["kernel.segment"] == 3
    found = Filter("segment", "is", str(segments[0]))
    with desk.runtime.reading(desk.actor) as context:
        resource = context.runtime.resource("person")
        assert [row.id for row in page(context, resource, ListQuery(filters=(found,))).rows] == [person]
    desk.run("segment.delete", segment_id=segments[2])
    desk.run("party.undo_merge", merge_id=summary.merge_id)
    assert [desk.filters(number) for number in segments[:2]] == before[:2]
