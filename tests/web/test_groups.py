"""The page of the trees of groups, and groups for the ticked rows of a list."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import ALL, Browser, SignIn

GROUPS = {("party_group", action): "all" for action in ("view", "create", "edit", "delete")}


@pytest.fixture
def sara(sign_in: SignIn) -> Browser:
    return sign_in("sara", {**ALL, **GROUPS})


def added(browser: Browser, name: str, parent: str = "") -> str:
    """Add a group in the tree and give its id."""
    answer = browser.post(f"/groups/person/add?parent={parent}", {"name": name}, htmx=True)
    assert answer.status_code == 204, answer.text
    assert "changed:tree" in answer.headers["HX-Trigger"]
    found = re.findall(rf'data-node="(\d+)"[^>]*aria-label="{name}"', browser.get("/groups/person").text)
    return found[-1]


def outline(browser: Browser) -> list[tuple[str, str, str]]:
    """Name, level and count of the nodes as the tree shows them."""
    text = browser.get("/groups/person", htmx=True).text
    assert "<html" not in text
    nodes = re.findall(
        r'aria-level="(\d+)" aria-label="([^"]+)".*?class="count num"[^>]*>([^<]+)<', text, re.DOTALL
    )
    return [(name, level, count) for level, name, count in nodes]


def test_the_tree_is_edited_in_place(sara: Browser) -> None:
    top = added(sara, "صنعتی")
    textile = added(sara, "نساجی", top)
    carpet = added(sara, "فرش", textile)
    assert outline(sara) == [("صنعتی", "1", "۰"), ("نساجی", "2", "۰"), ("فرش", "3", "۰")]
    assert 'name="name"' in sara.get(f"/groups/person/{carpet}/rename", htmx=True).text
    assert sara.post(f"/groups/person/{carpet}/rename", {"name": "فرش‌بافی"}, htmx=True).status_code == 204
    assert sara.post(f"/groups/person/{carpet}/move", {"target": top}, htmx=True).status_code == 204
    assert outline(sara) == [("صنعتی", "1", "۰"), ("فرش‌بافی", "2", "۰"), ("نساجی", "2", "۰")]
    dropped = sara.post(f"/groups/person/{textile}/place", {"parent": top, "before": carpet}, htmx=True)
    assert dropped.status_code == 204
    assert [name for name, _level, _count in outline(sara)] == ["صنعتی", "نساجی", "فرش‌بافی"]


def test_what_cannot_be_is_said_where_it_was_typed(sara: Browser) -> None:
    top = added(sara, "صنعتی")
    twice = sara.post("/groups/person/add", {"name": "صنعتي"}, htmx=True)
    assert twice.status_code == 422
    assert 'role="alert"' in twice.text
    assert sara.post("/groups/person/add", {"name": "  "}, htmx=True).status_code == 422
    circle = sara.post(f"/groups/person/{top}/move", {"target": top}, htmx=True)
    assert circle.status_code == 422
    added(sara, "نساجی", top)
    refused = sara.post(f"/groups/person/{top}/delete", htmx=True)
    assert '"error": true' in refused.headers["HX-Trigger"]
    assert sara.post("/groups/person/999999/delete", htmx=True).status_code == 404
    assert sara.get("/groups/nonsense").status_code == 404
    assert sara.post("/groups/organisation/add", {"name": "x", "parent": top}, htmx=True).status_code == 422


def test_a_node_leads_to_the_members_of_all_beneath_it(sara: Browser) -> None:
    top = added(sara, "صنعتی")
    carpet = added(sara, "فرش", top)
    address = sara.made("/persons/new", **{"last_name": "کاوه", "groups-rows": "1", "groups-0-group": carpet})
    assert outline(sara) == [("صنعتی", "1", "۱"), ("فرش", "2", "۱")]
    assert f"/persons?f.group.is={top}" in sara.get("/groups/person").text
    assert sara.ids(f"/persons?f.group.is={top}") == [address.rsplit("/", 1)[1]]


def test_groups_of_ticked_rows(sara: Browser, sign_in: SignIn) -> None:
    top = added(sara, "صنعتی")
    ids = [sara.made("/persons/new", last_name=name).rsplit("/", 1)[1] for name in ("کاوه", "آرش", "نور")]
    assert "گروه‌ها…" in sara.get("/persons").text
    dialog = sara.post("/persons/bulk", {"do": "groups", "id": ids[:2]}, htmx=True)
    assert dialog.text.count('name="id"') == 2
    whole = sara.post("/persons/bulk", {"do": "groups", "whole": "1"}, htmx=True)
    assert whole.text.count('name="id"') == 3
    assert sara.post("/persons/regroup", {"id": ids[:2]}, htmx=True).status_code == 422
    sara.post("/persons/regroup", {"id": ids[:2], "join": top})
    assert sorted(sara.ids(f"/persons?f.group.is={top}")) == sorted(ids[:2])
    sara.post("/persons/regroup", {"id": ids, "leave": top})
    assert sara.ids(f"/persons?f.group.is={top}") == []
    reader = sign_in("omid", {("party", "view"): "all"})
    assert "گروه‌ها…" not in reader.get("/persons").text
    assert reader.post("/persons/regroup", {"id": ids, "join": top}).status_code in {403, 404}
    assert sara.post("/phone-book/regroup", {"id": ids, "join": top}).status_code == 404


def test_my_groups(sara: Browser, sign_in: SignIn) -> None:
    top = added(sara, "صنعتی")
    mine = sara.made("/persons/new", last_name="کاوه")
    sara.made("/persons/new", last_name="نور")
    sara.post("/persons/regroup", {"id": [mine.rsplit("/", 1)[1]], "join": top})
    caller = sign_in("caller", {("party", "view"): "all"})
    assert "my_groups" not in caller.get("/groups/person").text
    users = sara.get(f"/groups/person/{top}/users", htmx=True).text
    (number,) = re.findall(r'name="user" value="(\d+)"[^>]*><span><bdi>caller', users)
    assert sara.post(f"/groups/person/{top}/users", {"user": number}, htmx=True).status_code == 204
    assert "/persons?f.my_groups.is=1" in caller.get("/groups/person").text
    assert caller.ids("/persons?f.my_groups.is=1") == [mine.rsplit("/", 1)[1]]


def test_who_may_only_look_changes_nothing(sara: Browser, sign_in: SignIn) -> None:
    top = added(sara, "صنعتی")
    reader = sign_in("omid", {("party", "view"): "own"})
    page = reader.get("/groups/person").text
    assert "صنعتی" in page
    assert 'draggable="true"' not in page
    assert "/rename" not in page
    for address in (
        "add",
        f"{top}/rename",
        f"{top}/move",
        f"{top}/merge",
        f"{top}/delete",
        f"{top}/place",
        f"{top}/users",
    ):
        assert reader.post(f"/groups/person/{address}", {"name": "x"}, htmx=True).status_code == 403
