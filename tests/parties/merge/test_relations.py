"""Relations, posts and households of two parties that are one: what becomes one, what is given up, what is refused."""

from __future__ import annotations

from itertools import pairwise

import pytest
from sqlalchemy import text

from kernel.parties.relation_kinds import SPOUSE
from kernel.resources.errors import Refused
from tests.parties.conftest import Office


class Desk(Office):
    def write(self, statement, **values):
        with self.runtime.engines.owner(self.runtime.site).begin() as connection:
            found = connection.execute(text(statement), values)
            return found.scalar() if found.returns_rows else None

    def people(self, number):
        return [self.person(first_name="علی", last_name="رضایی") for _number in range(number)]

    def relate(self, code, first, second, since=None, until=None, note=None):
        return self.write(
            "INSERT INTO kernel.relation (kind_id, first_id, second_id, since, until, note)"
            " SELECT id, :first, :second, CAST(:since AS date), CAST(:until AS date), :note"
            " FROM kernel.relation_kind WHERE code = :code RETURNING id",
            **{"code": code, "first": first, "second": second, "since": since, "until": until, "note": note},
        )

    def look(self, table="relation", columns="first_id, second_id, since::text, until::text, note"):
        with self.runtime.engines.owner(self.runtime.site).connect() as connection:
            return [
                tuple(row)
                for row in connection.execute(text(f"SELECT {columns} FROM kernel.{table} ORDER BY id"))
            ]

    def holds(self):
        with self.runtime.engines.owner(self.runtime.site).connect() as connection:
            statement = "SELECT relation_id, party_id FROM kernel.relation_hold ORDER BY 1, 2"
            return [tuple(row) for row in connection.execute(text(statement))]

    def whole(self):
        return (
            self.look(columns="id, kind_id, first_id, second_id, since::text, until::text, note"),
            self.holds(),
            self.look(
                "employment", "id, person_id, organisation_id, since::text, until::text, is_main_contact"
            ),
            self.look("household_member", "id, household_id, person_id, part, since::text, until::text"),
        )

    def merge_and_back(self, kept, dropped):
        """Merge, look, undo, and check that all is as before."""
        before = self.whole()
        summary = self.run("party.merge", kept=kept, dropped=dropped)
        after = self.whole()
        self.run("party.undo_merge", merge_id=summary.merge_id)
        assert self.whole() == before
        return after


@pytest.fixture
def desk(runtime, make_user):
    return Desk(runtime, make_user("sara", {}, administrator=True))


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (0, 2, 1), (2, 0, 1), (1, 2, 0), (2, 1, 0)])
def test_the_brother_of_both_is_one_whichever_number_is_smaller(desk, order):
    people = desk.people(3)
    kept, dropped, other = (people[place] for place in order)
    desk.relate("sibling", kept, other, "2020-01-01", note="دفتر ۱۲")
    desk.relate("sibling", dropped, other, "2019-01-01")
    relations, *_rest = desk.merge_and_back(kept, dropped)
    ((_number, _kind, *ends, since, until, note),) = relations
    assert (sorted(ends), since, until, note) == (sorted((kept, other)), "2019-01-01", None, "دفتر ۱۲")
    assert ends == sorted(ends)


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (0, 2, 1), (2, 0, 1), (1, 2, 0), (2, 1, 0)])
def test_a_relation_of_the_other_alone_comes_along_and_goes_back(desk, order):
    people = desk.people(3)
    kept, dropped, other = (people[place] for place in order)
    number = desk.relate(SPOUSE, dropped, other, "2020-01-01")
    relations, holds, *_rest = desk.merge_and_back(kept, dropped)
    assert [(row[0], *row[2:4]) for row in relations] == [(number, *sorted((kept, other)))]
    assert [party for _number, party in holds] == sorted((kept, other))


def test_two_spouses_at_a_time_refuse_the_merge_and_one_after_the_other_do_not(desk):
    kept, dropped, one, two = desk.people(4)
    first = desk.relate(SPOUSE, kept, one, "2010-01-01")
    desk.relate(SPOUSE, dropped, two, "2020-01-01")
    before = desk.whole()
    with pytest.raises(Refused, match="cannot stand beside each other"):
        desk.run("party.merge", kept=kept, dropped=dropped)
    assert desk.whole() == before
    desk.write("UPDATE kernel.relation SET until = '2019-12-31' WHERE id = :id", id=first)
    relations, *_rest = desk.merge_and_back(kept, dropped)
    assert [sorted(row[2:4]) for row in relations] == [sorted((kept, one)), sorted((kept, two))]


def test_a_relation_between_the_two_is_given_up(desk):
    kept, dropped, other = desk.people(3)
    desk.relate(SPOUSE, dropped, kept)
    desk.relate("introducer", dropped, kept)
    stays = desk.relate("introducer", other, dropped)
    relations, holds, *_rest = desk.merge_and_back(kept, dropped)
    assert [(row[0], *row[2:4]) for row in relations] == [(stays, other, kept)]
    assert {number for number, _party in holds} <= {stays}


def test_notes_that_contradict_refuse_the_merge(desk):
    kept, dropped, other = desk.people(3)
    for number, note in ((kept, "همکلاسی"), (dropped, "همسایه")):
        desk.relate("introducer", number, other, note=note)
    with pytest.raises(Refused, match="contradict"):
        desk.run("party.merge", kept=kept, dropped=dropped)


def post(desk, person, firm, since=None, until=None, main=False):
    return desk.write(
        "INSERT INTO kernel.employment (person_id, organisation_id, since, until, is_contact, is_main_contact)"
        " VALUES (:person, :firm, CAST(:since AS date), CAST(:until AS date), :main, :main) RETURNING id",
        **{"person": person, "firm": firm, "since": since, "until": until, "main": main},
    )


@pytest.mark.parametrize(
    ("mine", "theirs", "after"),
    [
        ((None, None), (None, None), [(None, None)]),
        (("2020-01-01", "2021-01-01"), ("2020-06-01", None), [("2020-01-01", None)]),
        (
            ("2020-01-01", "2020-12-31"),
            ("2022-01-01", "2022-12-31"),
            [("2020-01-01", "2020-12-31"), ("2022-01-01", "2022-12-31")],
        ),
    ],
)
def test_posts_that_overlap_are_joined(desk, mine, theirs, after):
    kept, dropped = desk.people(2)
    firm = desk.organisation(name="پیوند")
    post(desk, kept, firm, *mine)
    post(desk, dropped, firm, *theirs)
    _relations, _holds, posts, _members = desk.merge_and_back(kept, dropped)
    assert [row[1:5] for row in posts] == [(kept, firm, *days) for days in after]


def test_two_firms_that_are_one_have_one_main_contact(desk):
    one, two = desk.people(2)
    kept, dropped = (desk.organisation(name="پیوند") for _number in range(2))
    post(desk, one, kept, main=True)
    post(desk, two, dropped, main=True)
    _relations, _holds, posts, _members = desk.merge_and_back(kept, dropped)
    assert [row[1:] for row in posts] == [(one, kept, None, None, True), (two, kept, None, None, False)]


def household(desk, *members):
    number = desk.write(
        "INSERT INTO kernel.household (name, search_key, sort_key) VALUES ('x', 'x', 'x') RETURNING id"
    )
    for person, part, since, until in members:
        desk.write(
            "INSERT INTO kernel.household_member (household_id, person_id, part, since, until)"
            " VALUES (:household, :person, :part, CAST(:since AS date), CAST(:until AS date))",
            **{"household": number, "person": person, "part": part, "since": since, "until": until},
        )
    return number


def test_members_of_one_household_become_one(desk):
    kept, dropped, other = desk.people(3)
    home = household(
        desk,
        (kept, "head", "2020-01-01", None),
        (dropped, "head", "2015-01-01", "2019-12-31"),
        (other, "spouse", None, None),
    )
    *_rest, members = desk.merge_and_back(kept, dropped)
    assert {row[1:3] for row in members} == {(home, kept), (home, other)}
    ours = sorted(row[4:6] for row in members if row[2] == kept)
    assert all(end < begin for (_first, end), (begin, _last) in pairwise(ours))
    desk.write(
        "UPDATE kernel.household_member SET part = 'child', until = NULL WHERE person_id = :id", id=dropped
    )
    with pytest.raises(Refused, match="contradict"):
        desk.run("party.merge", kept=kept, dropped=dropped)


def test_members_of_two_households_at_a_time_refuse_the_merge(desk):
    kept, dropped = desk.people(2)
    household(desk, (kept, "head", "2020-01-01", None))
    second = household(desk, (dropped, "head", "2021-01-01", None))
    with pytest.raises(Refused, match="contradict"):
        desk.run("party.merge", kept=kept, dropped=dropped)
    desk.write(
        "UPDATE kernel.household_member SET since = '2018-01-01', until = '2019-12-31'"
        " WHERE household_id = :id",
        id=second,
    )
    *_rest, members = desk.merge_and_back(kept, dropped)
    assert [row[2] for row in members] == [kept, kept]
