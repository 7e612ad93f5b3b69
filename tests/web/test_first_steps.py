"""The list of first steps on the desk: ticked by facts, for those who may take them, until it is done or put away."""

from __future__ import annotations

import re

from tests.web.conftest import ALL, Browser, SignIn

RIGHTS = {**ALL, ("interaction", "view"): "all", ("interaction", "create"): "all"}


def steps(browser: Browser) -> dict[str, bool]:
    page = browser.get("/").text
    part = re.search(r'aria-labelledby="first-steps".*?</section>', page, re.DOTALL)
    found = (
        re.findall(r"<li( class=\"done\")?>.*?<(?:a|span)[^>]*>([^<]+)<", part[0], re.DOTALL) if part else []
    )
    return {title: bool(done) for done, title in found}


def test_facts_tick_the_steps_of_a_new_user(sign_in: SignIn) -> None:
    sara = sign_in("sara", RIGHTS)
    star, enter = (
        "رکوردی را که زیاد لازم دارید نشان کنید",
        "نخستین شخص را ثبت کنید، یا فهرست خود را از فایل وارد کنید",
    )
    assert steps(sara)[star] is steps(sara)[enter] is False
    person = sara.made("/persons/new", last_name="کاوه")
    sara.post("/favourites", {"resource": "person", "id": person.rpartition("/")[2]})
    assert steps(sara)[star] is steps(sara)[enter] is True
    assert "نام و نشان دفتر خود را وارد کنید" not in steps(sara)
    omid = sign_in("omid", {("party", "view"): "all"})
    assert steps(omid)[star] is False
    assert enter not in steps(omid)
    assert steps(sign_in("nobody", {})) == {}


def test_an_administrator_has_steps_of_his_own(sign_in: SignIn) -> None:
    boss = sign_in("boss", administrator=True)
    found = steps(boss)
    assert found["نام و نشان دفتر خود را وارد کنید"] is False
    assert found["کاربران همکار خود را بیفزایید"] is False
    sign_in("omid", {})
    assert steps(boss)["کاربران همکار خود را بیفزایید"] is True


def test_the_list_is_put_away_by_one_and_comes_back(sign_in: SignIn) -> None:
    sara, omid = sign_in("sara", RIGHTS), sign_in("omid", RIGHTS)
    sara.post("/first-steps/put-away")
    assert steps(sara) == {}
    assert steps(omid) != {}
    sara.post("/first-steps/show")
    assert steps(sara) != {}
