"""Checklists: ticked, ordered and filled in place; the percent follows them where the site wants it."""

from __future__ import annotations

import re

from plugins.tasks.models import ChecklistItem
from plugins.tasks.tests.conftest import OWN, number_of


def titles(page: str) -> list[str]:
    block = re.search(r'<div id="checklist".*?</ol>', page, re.DOTALL)
    return re.findall(r"<span><bdi>(.*?)</bdi></span>", block[0]) if block else []


def test_lines_are_added_moved_ticked_and_removed_on_the_page(browse, house):
    sara = browse("maker", OWN)
    number = number_of(sara.made("/tasks/tasks/new", title="آماده‌سازی نمایشگاه"))
    page, act = f"/tasks/tasks/{number}", f"/tasks/{number}/lines"
    for title in ("غرفه", "بروشور", "نیرو"):
        assert sara.post(f"{act}/add", {"title": title}, htmx=True).status_code == 200
    assert titles(sara.get(page).text) == ["غرفه", "بروشور", "نیرو"]
    lines = {line.title: line.id for line in house.rows(ChecklistItem)}
    assert titles(sara.post(f"{act}/move", {"item": lines["نیرو"], "to": "1"}, htmx=True).text) == [
        "غرفه",
        "نیرو",
        "بروشور",
    ]
    ticked = sara.post(f"{act}/tick", {"item": lines["غرفه"], "to": "1"}, htmx=True).text
    assert "۱ از ۳" in ticked
    assert sara.post(f"{act}/remove", {"item": lines["بروشور"]}).status_code == 303
    assert titles(sara.get(page).text) == ["غرفه", "نیرو"]
    assert sara.post(f"{act}/add", {"title": " "}).status_code == 303
    assert len(titles(sara.get(page).text)) == 2, "an empty line is none"
    assert sara.post(f"{act}/tick", {"item": "999999", "to": "1"}).status_code == 404


def test_the_percent_follows_the_ticks_where_the_site_wants_it(house):
    house.set(percent_from_checklist="1")
    number = house.make("sara", needs_result="1")
    lines = [house.run("sara", "tasks.add_line", task=number, title=f"بند {place}") for place in range(3)]
    house.run("sara", "tasks.tick", task=number, item=lines[0])
    assert house.task(number).percent == 33
    for line in lines[1:]:
        house.run("sara", "tasks.tick", task=number, item=line)
    assert (house.task(number).percent, house.task(number).state) == (99, "doing"), "a result is missing"
    house.run("sara", "tasks.tick", task=number, item=lines[0], done=False)
    assert house.task(number).percent == 66
    house.edit("sara", number, result="همه انجام شد")
    house.run("sara", "tasks.tick", task=number, item=lines[0])
    assert house.task(number).state == "done"
