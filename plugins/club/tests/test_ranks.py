"""Ranks: up at once, down after their months, by hand until a day; with history, notices, discounts; and decay."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from kernel.resources.errors import Invalid
from plugins.club.caring import idle_months
from plugins.club.models import RankChange
from plugins.club.tests.conftest import MILLION, TODAY, Club


def history(club: Club, place: int = 0) -> list[tuple[str, int | None]]:
    with club.runtime.reading(club.administrator) as context:
        wanted = select(RankChange).where(RankChange.member_id == club.members[place]).order_by(RankChange.id)
        return [(row.kind, row.after_id) for row in context.session.execute(wanted).scalars()]


def test_a_member_rises_with_the_purchase_and_falls_when_the_window_has_passed(club: Club) -> None:
    bronze, silver, gold = club.ranks
    assert history(club) == [("joined", bronze)]
    club.buy(60 * MILLION)
    club.buy(150 * MILLION, day=TODAY - timedelta(days=200))
    assert history(club) == [("joined", bronze), ("up", silver), ("up", gold)]
    club.pass_days(60)
    assert club.run("club.judge_ranks") == 0
    club.pass_days(110)
    assert club.run("club.judge_ranks") == 1
    assert club.run("club.judge_ranks") == 0
    club.pass_days(200)
    assert club.run("club.judge_ranks") == 1
    assert history(club)[-2:] == [("down", silver), ("down", bronze)]


def test_a_return_lowers_what_the_rank_is_reckoned_from(club: Club) -> None:
    bought = club.buy(60 * MILLION)
    club.set(rank_keep_months=0)
    club.run("club.return_purchase", purchase=bought, amount=20 * MILLION)
    assert history(club)[-1] == ("down", club.ranks[0])


def test_a_rank_by_hand_stays_until_its_day_whatever_is_bought(club: Club) -> None:
    gold = club.ranks[2]
    with pytest.raises(Invalid):
        club.run("club.set_rank", member=club.members[0], rank=gold, until="1400/01/01", reason="x")
    club.run("club.set_rank", member=club.members[0], rank=gold, until="1406/12/29", reason="مهمان")
    club.buy(60 * MILLION)
    club.pass_days(300)
    assert club.run("club.judge_ranks") == 0
    club.pass_days(300)
    assert club.run("club.judge_ranks") == 1
    assert history(club)[-2:] == [("hand", gold), ("down", club.ranks[0])]
    club.run("club.set_rank", member=club.members[0], rank=gold, until="1410/12/29", reason="دوباره")
    club.run("club.set_rank", member=club.members[0], reason="پایان")
    assert club.member().rank_id == club.ranks[0]


def test_points_of_idle_members_decay_by_the_formula_once_a_month(club: Club) -> None:
    club.set(decay_formula="balance / 2 + months", decay_after=3)
    club.buy(MILLION)
    club.give(100)
    club.pass_days(80)
    assert club.run("club.decay") == 2 - 2
    club.pass_days(20)
    club.run("club.settle")
    assert club.run("club.decay") == 1
    assert club.run("club.decay") == 0
    assert club.entries()[-1] == ("decay", -(110 // 2 + 3))
    club.pass_days(31)
    assert club.run("club.decay") == 1
    club.check()


@pytest.mark.parametrize(
    ("since", "today", "months"),
    [
        (date(2026, 3, 21), date(2026, 4, 20), 0),
        (date(2026, 3, 21), date(2026, 4, 21), 1),
        (date(2026, 3, 21), date(2027, 3, 21), 12),
        (date(2026, 3, 21), date(2026, 3, 1), 0),
    ],
)
def test_idle_months_are_those_of_the_jalali_calendar(since: date, today: date, months: int) -> None:
    assert idle_months(since, today) == months


def test_rules_make_members_of_whom_a_segment_finds(club: Club) -> None:
    lone = club.run("record.create", resource="person", values={"first_name": "Lone", "last_name": "Ranger"})
    segment = club.run(
        "segment.save",
        **{"name": "تنهاها", "resource": "person", "search": "Ranger", "filters": [], "shared": True},
    )
    club.make("join_rule", title="تنهاها", segment=segment, welcome=15, active=True)
    assert club.run("club.join_by_rules") == 1
    assert club.run("club.join_by_rules") == 0
    with club.runtime.reading(club.administrator) as context:
        from plugins.club.joining import member_of

        held = member_of(context.session, lone)
        assert held is not None
        assert (held.balance, held.source) == (15, "rule")
