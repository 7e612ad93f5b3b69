"""Handing records over in a browser: one's own, many at once, and all of somebody who leaves."""

from __future__ import annotations

from tests.web.conftest import ALL, SignIn

OWN = {("party", action): "own" for action in ("view", "create", "edit", "delete", "assign")}


def number_of(path: str) -> str:
    return path.rpartition("/")[2]


def test_who_may_hand_over_his_own_hands_over_only_these(sign_in: SignIn, run, id_of) -> None:
    reza, mina, boss = sign_in("reza", OWN), sign_in("mina", OWN), sign_in("boss", ALL)
    his = [reza.made("/persons/new", last_name=f"رضایی{n}") for n in "۰۱"]
    hers = mina.made("/persons/new", last_name="مینایی")
    assert "واگذاری…" in reza.get("/persons").text
    ids = [number_of(path) for path in (*his, hers)]
    dialog = reza.post("/persons/bulk", {"do": "assign", "id": ids[:2]}, htmx=True).text
    assert "واگذاری ۲ ردیف" in dialog
    answer = reza.post("/persons/hand-over", {"id": ids, "owner": id_of("boss")})
    assert answer.status_code == 422
    assert "۱ رکورد سر جای خود ماند" in answer.text
    assert "مینایی" not in answer.text
    assert [reza.get(path).status_code for path in his] == [404, 404]
    assert [boss.get(path).status_code for path in his] == [200, 200]
    assert "رضایی۰" not in reza.get("/persons").text
    assert mina.get(hers).status_code == 200
    history = run(
        "SELECT actor_name, changes FROM kernel.history WHERE command = 'record.assign' AND root_id = :id",
        id=int(ids[0]),
    )
    assert history == [("reza", {"owner_id": [int(id_of("reza")), int(id_of("boss"))]})]


def test_who_may_not_hand_over_is_not_asked_who_is_in_charge(sign_in: SignIn, run, id_of) -> None:
    boss = sign_in("boss", OWN)
    clerk = sign_in("clerk", {("party", action): "all" for action in ("view", "create", "edit")})
    theirs = boss.made("/persons/new", last_name="رضایی")
    assert 'name="owner"' in boss.get(f"{theirs}/edit").text
    for page in ("/persons/new", f"{theirs}/edit"):
        assert 'name="owner"' not in clerk.get(page).text
    version = run("SELECT version FROM kernel.party WHERE id = :id", id=int(number_of(theirs)))[0][0]
    posted = {"last_name": "رضایی تازه", "_version": version}
    assert clerk.post(f"{theirs}/edit", {**posted, "owner": id_of("clerk")}).status_code == 403
    assert clerk.post(f"{theirs}/edit", posted).status_code == 303
    stored = "SELECT last_name, owner_id FROM kernel.party WHERE id = :id"
    assert run(stored, id=int(number_of(theirs))) == [("رضایی تازه", int(id_of("boss")))]


def test_the_receiver_must_be_there_and_active(sign_in: SignIn, run, id_of) -> None:
    reza = sign_in("reza", OWN)
    gone = sign_in("gone", OWN)
    assert gone.get("/persons").status_code == 200
    run("UPDATE kernel.user_account SET active = false WHERE username = 'gone'")
    his = reza.made("/persons/new", last_name="رضایی")
    for receiver in (id_of("gone"), "999999"):
        answer = reza.post("/persons/hand-over", {"id": number_of(his), "owner": receiver})
        assert answer.status_code == 422
        assert "دیگر اجازهٔ ورود ندارد" in answer.text
    answer = reza.post("/persons/hand-over", {"id": number_of(his), "owner": ""})
    assert answer.status_code == 303
    assert reza.get(his).status_code == 200
    viewer = sign_in("viewer", {("party", "view"): "all"})
    assert (
        viewer.post("/persons/hand-over", {"id": number_of(his), "owner": id_of("viewer")}).status_code == 404
    )


def test_all_of_a_leaving_user_is_shared_and_he_is_out_at_once(sign_in: SignIn, run, id_of) -> None:
    reza, mina, omid = (sign_in(name, OWN) for name in ("reza", "mina", "omid"))
    boss = sign_in("boss", administrator=True)
    his = [reza.made("/persons/new", last_name=f"رضایی{n}") for n in range(4)]
    firm = reza.made("/organisations/new", name="پارس")
    reza.post(f"{his[0]}/delete")
    page = f"/administration/users/{id_of('reza')}/leaving"
    shown = boss.get(page).text
    assert "۴ × اشخاص" in shown.replace('<span class="num">', "").replace("</span>", "") or "اشخاص" in shown
    assert f'href="/persons?f.owner.is={id_of("reza")}"' in shown
    assert boss.post(page, {"kinds": "person.owner_id"}).status_code == 422
    assert boss.post(page, {"kinds": "person.owner_id", "receivers": id_of("reza")}).status_code == 422
    assert reza.get("/persons").status_code == 200
    answer = boss.post(
        page,
        {
            "kinds": ["person.owner_id", "organisation.owner_id"],
            "receivers": [id_of("mina"), id_of("omid")],
            "deactivate": "1",
        },
    )
    assert answer.status_code == 303
    shares = run(
        "SELECT u.username, p.kind, count(*) FROM kernel.party p JOIN kernel.user_account u ON u.id = p.owner_id"
        " GROUP BY 1, 2 ORDER BY 1, 2"
    )
    assert shares == [("mina", "organisation", 1), ("mina", "person", 2), ("omid", "person", 2)]
    assert reza.get("/persons").status_code in (302, 303)
    assert run("SELECT count(*) FROM kernel.user_pattern WHERE user_id = :u", u=int(id_of("reza"))) == [(0,)]
    assert mina.get(firm).status_code == 200
    assert sum(browser.get(his[1]).status_code == 200 for browser in (mina, omid)) == 1
    told = run("SELECT detail FROM kernel.audit_entry WHERE what = 'user.hand_over'")
    assert told[0][0]["counts"] == {"organisation.owner_id": 1, "person.owner_id": 4}
    versions = run("SELECT DISTINCT version > 1 FROM kernel.party")
    assert versions == [(True,)]
    history = run(
        "SELECT count(*) FROM kernel.history WHERE command = 'user.hand_over' AND subject = 'kernel.party'"
    )
    assert history == [(5,)]


def test_leaving_is_for_administrators_and_the_last_one_stays(sign_in: SignIn, id_of) -> None:
    reza = sign_in("reza", OWN)
    boss = sign_in("boss", administrator=True)
    assert reza.get(f"/administration/users/{id_of('boss')}/leaving").status_code == 403
    assert reza.post(f"/administration/users/{id_of('boss')}/leaving", {"deactivate": "1"}).status_code == 403
    answer = boss.post(f"/administration/users/{id_of('boss')}/leaving", {"deactivate": "1"})
    assert answer.status_code == 422
    assert boss.get("/administration/users").status_code == 200


def test_who_may_not_hand_over_is_not_offered_to_do_so_in_place(sign_in: SignIn) -> None:
    reza, mina = sign_in("reza", OWN), sign_in("mina", {key: "own" for key in OWN if key[1] != "assign"})
    for who, offered in ((reza, True), (mina, False)):
        person = who.made("/persons/new", last_name="رضایی")
        page = who.get(person).text
        assert f"{person}/field/last_name" in page or f"{person}/field/first_name" in page
        assert (f"{person}/field/owner" in page) is offered
