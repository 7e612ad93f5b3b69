"""Whoever has a suggested pattern and nothing else: whatever page and button he is shown, opens and works."""

from __future__ import annotations

import re
from collections import deque
from html import unescape
from typing import Any

import pytest
from sqlalchemy import delete

from kernel.access.models import UserPattern
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.testing.browser import Browser, let_in
from kernel.testing.users import add_user
from kernel.web.wsgi import PeyvandWSGI
from plugins.sales.tests.test_four_together import House, house

pytestmark = pytest.mark.long
__all__ = ["house"]
LINK = re.compile(r'(?:href|hx-get|data-url)="(/[^"#]*)')
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
ACTION = re.compile(r'(?:action|hx-post|formaction)="(/[^"#]*)"')
INPUT = re.compile(r'<(?:input|textarea|select)\b[^>]*\bname="([^"]+)"[^>]*>')
LEFT = (
    "/sign-out",
    "/static",
    "/assets",
    "/account",
    "/api",
    "/export",
    "/manifest",
    "/files",
    "/favourites",
)
"""What is the kernel's own, and the same for everybody."""
OF_LISTS = ("/filter/apply", "/bulk")
"""What needs the rows or filters that a script adds to it."""
ENDS = ("/delete", "/discard", "/cancel")
"""What would take away what others are still to open."""
MOST = 250


def furnish(shop: Any, house: House) -> None:
    """A day's work, and one record of what is otherwise not there."""
    house.work()
    member = shop.rows("SELECT id FROM club.member")[0].id
    shop.new("club.rank", title="نقره‌ای", threshold=100, discount=5, multiplier=100)
    shop.new("club.draw", title="نوروز", begins="2026-10-01", ends="2026-12-01", winners="1")
    questions = {"questions": [{"place": "1", "title": "؟", "kind": "nps", "required": "1"}]}
    shop.new("club.survey", parts=questions, title="رضایت", points="5")
    shop.run("club.enter_purchase", member=member, day="2026-11-21", amount=900_000)
    shop.issued([shop.line("lamp")], kind="order")
    shop.draft([shop.line("lamp")], kind="quote")
    project = shop.rows("SELECT id FROM projects.project")[0].id
    shop.new("projects.phase", title="کف", project=project, planned_until="2026-11-01")
    shop.new("projects.risk", title="باران", project=project)
    task = shop.rows("SELECT id FROM tasks.task")[0].id
    shop.run("record.edit", resource="tasks.task", record_id=task, values={"due": "2026-11-01"})


def shape(address: str) -> str:
    """Addresses that differ by numbers or arguments are one page."""
    path = address.partition("?")[0]
    return re.sub(r"\d+", "N", path) + ("?" if "?" in address else "")


def walk(browser: Browser, seen: set[str]) -> tuple[list[str], set[str]]:
    """Open what is linked to, each kind of page once; gives what does not open, and the addresses of forms."""
    waiting, wrong, forms = deque(["/"]), [], set()
    while waiting and len(seen) < MOST:
        address = waiting.popleft()
        answer = browser.get(address)
        hops = 0
        while answer.status_code in (301, 302, 303, 308) and hops < 3:
            target = answer.headers["Location"]
            answer = browser.get(target if target.startswith("/") else "/" + target.split("/", 3)[3])
            hops += 1
        if answer.status_code >= 400:
            wrong.append(f"{answer.status_code} {address}")
            continue
        if answer.mimetype != "text/html":
            continue
        page = answer.text
        for found in LINK.findall(page):
            link = unescape(found)
            if ("?" in link and "/new" not in link) or "{" in link or link.endswith(OF_LISTS):
                continue
            if shape(link) not in seen and not link.startswith(LEFT):
                seen.add(shape(link))
                waiting.append(link)
        for attributes, inside in FORM.findall(page):
            if 'method="post"' in attributes.lower() or "hx-post" in attributes:
                target = ACTION.search(attributes)
                forms.add(unescape(target[1]) if target else address)
            forms.update(unescape(each) for each in ACTION.findall(inside))
        forms.update(unescape(each) for each in re.findall(r'hx-post="(/[^"#]*)"', page))
    return wrong, forms


def press(browser: Browser, forms: set[str]) -> list[str]:
    """Send each form as empty: that what is missing is refused is right, that it is not his is not."""
    wrong, seen = [], set()
    for address in sorted(forms):
        bare = address.partition("?")[0]
        if "{" in address:
            continue
        if shape(address) in seen or address.startswith(LEFT) or bare.endswith((*OF_LISTS, *ENDS)):
            continue
        seen.add(shape(address))
        answer = browser.post(address, {})
        if answer.status_code in (401, 403, 405) or answer.status_code >= 500:
            wrong.append(f"POST {answer.status_code} {address}")
    return wrong


def test_what_suggested_patterns_show_works(house: House, config: Config, engines: Engines) -> None:
    shop = house.shop
    furnish(shop, house)
    wsgi = PeyvandWSGI(config, engines=engines)
    site = shop.runtime.site
    wrong = []
    for answer in shop.runtime.declared.declarations.of("patterns"):
        suggestion = answer.value
        name = f"{answer.plugin}_{suggestion.name}"
        with engines.owner(site).begin() as owner:
            actor = add_user(owner, name, suggestion.grants)
            let_in(owner, actor.user_id, locale="fa")
        browser = Browser(wsgi, site.hosts[0])
        browser.sign_in(name)
        broken, forms = walk(browser, set())
        broken += press(browser, forms)
        wrong += [f"{answer.plugin}.{suggestion.name}: {each}" for each in broken]
        with engines.owner(site).begin() as owner:
            owner.execute(delete(UserPattern).where(UserPattern.user_id == actor.user_id))
    assert wrong == []
