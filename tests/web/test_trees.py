"""A list as a tree, on the groups of organisations: what stands where, what is opened, and how a record is moved."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.web.conftest import Browser, SignIn

LOOKING = {("party_group", "view"): "all"}
EDITING = {("party_group", action): "all" for action in ("view", "create", "edit")}
TREE = "/organisation-groups?look=tree"
Groups = dict[str, int]


@pytest.fixture
def sara(sign_in: SignIn) -> Browser:
    return sign_in("sara", EDITING)


@pytest.fixture
def groups(sara: Browser, run: Callable[..., Any]) -> Groups:
    """Industrial > textile > carpet, and services."""
    made: Groups = {}
    for name, above in (
        ("industrial", ""),
        ("textile", "industrial"),
        ("carpet", "textile"),
        ("services", ""),
    ):
        answer = sara.post("/organisation-groups/new", {"name": name, "parent": made.get(above, "")})
        assert answer.status_code == 303, answer.text
        ((made[name],),) = run("SELECT id FROM kernel.party_group WHERE name = :n", n=name)
    return made


def nodes(page: str) -> list[tuple[int, str, str | None]]:
    """The level of each node, its name with what its label says of it, and whether it is open."""
    found = []
    for tag in re.findall(r'<li role="treeitem"[^>]*>', page):
        level, label = re.search(r'aria-level="(\d+)"', tag), re.search(r'aria-label="([^"]*)"', tag)
        state = re.search(r'aria-expanded="(\w+)"', tag)
        assert level
        assert label
        found.append((int(level[1]), label[1], state and state[1]))
    return found


def drop(browser: Browser, number: int, parent: Any, version: int = 1, opened: str = "") -> Any:
    values = {"parent": parent, "version": version, "drop": 1, "open": opened}
    return browser.post(f"/organisation-groups/{number}/move?look=tree", values, htmx=True)


def parent_of(run: Callable[..., Any], number: int) -> int | None:
    ((found,),) = run("SELECT parent_id FROM kernel.party_group WHERE id = :n", n=number)
    return found


def test_the_top_is_shown_with_what_stands_beneath_and_opened_level_by_level(
    sara: Browser, groups: Groups
) -> None:
    page = sara.get(TREE).text
    assert re.search(r"stylesheet[^>]*/tree-\w+\.css", page), "its looks come with it"
    assert not re.search(r"stylesheet[^>]*/tree-\w+\.css", sara.get("/organisation-groups").text)
    assert nodes(page) == [(1, "industrial، ۲ زیرمجموعه", "false"), (1, "services", None)]
    beneath = sara.get(sara.link(page, "/below?", attribute="data-below-url"), htmx=True).text
    assert "<html" not in beneath
    assert nodes(beneath) == [(2, "textile، ۱ زیرمجموعه", "false")]


def test_without_scripts_a_node_is_opened_by_its_address(sara: Browser, groups: Groups) -> None:
    page = sara.get(f"{TREE}&node={groups['textile']}").text
    assert [(level, state) for level, _label, state in nodes(page)] == [
        (1, "true"),
        (2, "true"),
        (3, None),
        (1, None),
    ]


def test_a_search_shows_its_hits_with_what_is_above_them(sara: Browser, groups: Groups) -> None:
    page = sara.get(f"{TREE}&q=carpet").text
    assert nodes(page) == [
        (1, "industrial، ۱ زیرمجموعه", "true"),
        (2, "textile، ۱ زیرمجموعه", "true"),
        (3, "carpet", None),
    ]
    assert page.count('class="node aside"') == 2
    assert "services" not in page
    assert 'role="tree"' not in sara.get(f"{TREE}&q=nowhere").text


def test_a_drop_puts_a_record_beneath_another_and_gives_the_tree_anew(
    sara: Browser, groups: Groups, run: Callable[..., Any]
) -> None:
    answer = drop(sara, groups["services"], groups["industrial"], opened=str(groups["textile"]))
    assert answer.status_code == 200, answer.text
    assert parent_of(run, groups["services"]) == groups["industrial"]
    assert [(level, label.split("،")[0]) for level, label, _state in nodes(answer.text)] == [
        (1, "industrial"),
        (2, "services"),
        (2, "textile"),
        (3, "carpet"),
    ]
    assert "/below?" not in answer.text
    assert drop(sara, groups["services"], "", 2).status_code == 200
    assert parent_of(run, groups["services"]) is None


def test_nothing_goes_beneath_itself_and_the_reason_is_told(
    sara: Browser, groups: Groups, run: Callable[..., Any]
) -> None:
    for target in ("industrial", "carpet"):
        answer = drop(sara, groups["industrial"], groups[target])
        assert answer.status_code == 422
        assert "toast" in answer.headers["HX-Trigger"]
    assert parent_of(run, groups["industrial"]) is None
    address = f"/organisation-groups/{groups['industrial']}/move?look=tree"
    page = sara.post(address, {"parent": groups["carpet"], "version": 1})
    assert page.status_code == 422
    assert "گروه را نمی‌توان زیرمجموعه خودش کرد" in page.text


def test_what_somebody_else_has_changed_is_not_moved(
    sara: Browser, groups: Groups, run: Callable[..., Any]
) -> None:
    assert drop(sara, groups["services"], groups["industrial"]).status_code == 200
    assert drop(sara, groups["services"], groups["textile"], version=1).status_code == 422
    assert parent_of(run, groups["services"]) == groups["industrial"]


def test_the_dialog_moves_without_scripts_too(sara: Browser, groups: Groups, run: Callable[..., Any]) -> None:
    address = f"/organisation-groups/{groups['carpet']}/move?look=tree"
    page = sara.get(address).text
    assert "<html" in page
    assert "textile" in page
    assert "<html" not in sara.get(address, htmx=True).text
    answer = sara.post(address, {"parent": groups["services"], "version": 1})
    assert answer.headers["Location"] == TREE
    assert parent_of(run, groups["carpet"]) == groups["services"]


def test_who_may_only_look_gets_no_way_to_move(
    sara: Browser, sign_in: SignIn, groups: Groups, run: Callable[..., Any]
) -> None:
    looking = sign_in("looking", LOOKING)
    page = looking.get(TREE).text
    assert len(nodes(page)) == 2
    assert 'draggable="true"' not in page
    assert "/move" not in page
    assert drop(looking, groups["services"], groups["industrial"]).status_code == 403
    assert parent_of(run, groups["services"]) is None
    assert sign_in("nobody").get(TREE).status_code == 403


def test_strange_questions_are_answered_politely(sara: Browser, groups: Groups) -> None:
    below = "/organisation-groups/below"
    for address in (below, f"{below}?look=tree&node=x", f"{below}?look=tree&node=999999"):
        assert sara.get(address).status_code == 404
    assert sara.get(f"{TREE}&node=x").status_code == 200
    assert sara.get(f"{below}?look=tree&after=%FF").status_code in (200, 422)
    assert drop(sara, 999_999, "").status_code == 404
    assert drop(sara, groups["services"], "x").status_code == 422
    assert drop(sara, groups["services"], 999_999).status_code == 422
