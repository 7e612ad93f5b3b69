"""Draws: frozen, drawn, reckoned again by an independent few lines, excluded, and not to be bent."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from kernel.resources.errors import Forbidden, Invalid, Refused
from kernel.testing.browser import Browser
from kernel.testing.users import add_user
from plugins.club import drawing, lottery
from plugins.club.lottery import Ticketed
from plugins.club.models import Draw, DrawEntrant
from plugins.club.tests.conftest import MILLION, Club

DAYS = {"begins": "2026-11-01", "ends": "2026-11-30"}


def sha(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


def again(frozen: str, seed: str, word: str, wanted: int) -> list[str]:
    """The algorithm as the page tells it, written anew."""
    left = [line.split("\t") for line in frozen.splitlines()]
    turn, found = 0, []
    while left and len(found) < wanted:
        total = sum(int(line[2]) for line in left)
        number = int(sha(f"{seed}|{sha(frozen)}|{word}|{turn}"), 16)
        turn += 1
        if number >= 2**256 - 2**256 % total:
            continue
        tickets = [line for line in left for _chance in range(int(line[2]))]
        found.append(tickets[number % total][1])
        left.remove(tickets[number % total])
    return found


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=12),
    st.text("0123456789abcdef", min_size=64, max_size=64),
    st.text(max_size=20),
    st.integers(1, 15),
)
@settings(max_examples=50, deadline=None)
def test_whoever_reckons_again_finds_the_same(chances: list[int], seed: str, word: str, wanted: int) -> None:
    entrants = [Ticketed(place, f"M{place}", number) for place, number in enumerate(chances, start=1)]
    found = [each.number for each in lottery.drawn(entrants, seed, word, wanted)]
    assert found == again(lottery.list_text(entrants), seed, word, wanted)
    assert len(found) == len(set(found)) == min(wanted, len(entrants))


def test_chances_are_fair_over_many_seeds() -> None:
    entrants = [Ticketed(1, "a", 1), Ticketed(2, "b", 3)]
    wins = sum(lottery.drawn(entrants, str(seed), "", 1)[0].number == "b" for seed in range(2000))
    assert 1400 < wins < 1600


def planned(club: Club, **more: object) -> int:
    values = {"title": "یلدا", "winners": 1, "reserves": 1, "chances": "member", **DAYS, **more}
    return club.make("draw", **values)


def test_a_draw_is_frozen_published_drawn_and_holds(club: Club, boss: Browser) -> None:
    club.buy(10 * MILLION)
    number = planned(club, chances="points", per_points=10)
    club.buy(5 * MILLION, member=1)
    page = f"/club/draw/{number}"
    assert "۲ عضو با ۱۵ شانس" in boss.get(page).text
    assert boss.post(f"{page}/freeze").status_code == 303
    club.buy(50 * MILLION, member=2)
    frozen = boss.get(f"{page}/list").text
    assert [line.split("\t")[2] for line in frozen.splitlines()] == ["10", "5"]
    before = boss.get(page).text
    assert sha(frozen) in before
    assert boss.post(f"/club/draws/{number}/edit", {"title": "دیگر", "winners": "2"}).status_code != 303
    assert boss.post(f"{page}/draw", {"public_word": ""}).status_code == 422
    assert boss.post(f"{page}/draw", {"public_word": "2148736"}).status_code == 303
    draw, rows = stored(club, number)
    assert draw.seed
    assert draw.seed not in before
    assert sha(draw.seed) in before
    assert [row.number for row in rows] == again(frozen, draw.seed, "2148736", 2)
    assert "دوباره حساب شد" in boss.get(page).text
    with pytest.raises(Refused):
        club.run("club.draw", draw=number, public_word="x")


def test_the_script_on_the_page_finds_the_same_from_what_is_published(
    club: Club, boss: Browser, tmp_path: Path
) -> None:
    for member in (0, 1, 2):
        club.buy((member + 1) * 7 * MILLION, member=member)
    number = planned(club, chances="points", per_points=10, reserves=2)
    page, word = f"/club/draw/{number}", """شاخص «۲٬۱۴۸٬۷۳۶» 🎲 \\ " ' </pre>"""
    boss.post(f"{page}/freeze")
    boss.post(f"{page}/draw", {"public_word": word})
    (tmp_path / f"draw-{number}.txt").write_bytes(boss.get(f"{page}/list").data)
    script = re.search(r'<pre class="club-code"[^>]*>(.*?)</pre>', boss.get(page).text, re.DOTALL)
    assert script
    given = [sys.executable, "-X", "utf8", "-c", unescape(script[1])]
    told = subprocess.run(given, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    drawn = [row.number for row in stored(club, number)[1]]
    assert len(drawn) == 3
    assert [found for found in re.findall(r"[\w-]+", told) if found in drawn] == drawn


def stored(club: Club, number: int) -> tuple[Draw, list[DrawEntrant]]:
    with club.runtime.reading(club.administrator) as context:
        draw, rows = context.session.get_one(Draw, number), list(drawing.drawn_of(context, number))
        context.session.expunge_all()
        return draw, rows


def test_the_seed_is_nowhere_before_the_draw_and_bending_shows_after_it(
    club: Club, boss: Browser, engines
) -> None:
    number = planned(club, winners=2, reserves=0)
    club.run("club.freeze_draw", draw=number)
    with engines.owner(club.runtime.site).begin() as owner:
        seed = owner.execute(text("SELECT seed FROM club.draw_seed")).scalar_one()
        assert seed not in str(owner.execute(text("SELECT changes::text FROM kernel.history")).all())
    assert seed not in boss.get(f"/club/draw/{number}").text
    club.run("club.draw", draw=number, public_word="7")
    with engines.owner(club.runtime.site).begin() as owner:
        owner.execute(text("UPDATE club.draw_entrant SET chances = 5 WHERE place = 1"))
    assert "درست درنمی‌آید" in boss.get(f"/club/draw/{number}").text


def test_winners_stay_out_of_the_next_draw_and_can_be_excluded_with_a_reason(club: Club) -> None:
    number = planned(club)
    club.run("club.freeze_draw", draw=number)
    club.run("club.draw", draw=number, public_word="7")
    winner, reserve = stored(club, number)[1]
    following = planned(club, title="بعدی", without_winners_since="2026-01-01", winners=2)
    club.run("club.freeze_draw", draw=following)
    with club.runtime.reading(club.administrator) as context:
        there = {row.member_id for row in drawing.entrants_of(context, following)}
    assert there == set(club.members) - {winner.member_id}
    club.run("club.exclude_winner", draw=number, place=winner.place, reason="کارمند فروشگاه")
    found = {row.place: row.outcome for row in stored(club, number)[1]}
    assert found == {winner.place: "excluded", reserve.place: "winner"}
    with pytest.raises(Refused):
        club.run("club.exclude_winner", draw=number, place=winner.place, reason="x")


def test_only_who_registered_takes_part_and_only_who_may_draws(club: Club, engines) -> None:
    number = planned(club, registered_only=True)
    with pytest.raises(Refused):
        club.run("club.freeze_draw", draw=number)
    assert club.run("club.register_for_draw", draw=number, member=club.members[1]) is True
    assert club.run("club.register_for_draw", draw=number, member=club.members[1]) is False
    with engines.owner(club.runtime.site).begin() as owner:
        clerk = add_user(
            owner, "clerk", {("club.draw", action): "all" for action in ("view", "edit", "create")}
        )
    with pytest.raises(Forbidden):
        club.run("club.freeze_draw", clerk, draw=number)
    assert club.run("club.freeze_draw", draw=number) == 1
    with pytest.raises(Refused):
        club.run("club.register_for_draw", draw=number, member=club.members[0])
    with club.runtime.reading(club.administrator) as context:
        assert context.session.execute(select(DrawEntrant.member_id)).scalars().all() == [club.members[1]]


def test_rules_of_a_frozen_draw_stay(club: Club) -> None:
    number = planned(club)
    club.run("club.freeze_draw", draw=number)
    with pytest.raises(Invalid):
        club.run("record.edit", resource="club.draw", record_id=number, values={"winners": 3})
