"""What a pattern keeps of the fields of any plugin's records comes out of no page, in the long rounds.

Each field of each table gets a value of its own where the table takes one; then every address is read by somebody without
rules, and what shows one of those values by somebody from whom all fields are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, update
from sqlalchemy.exc import DBAPIError

from kernel.administration.field_rules import rulable
from kernel.administration.rights import grantable
from kernel.fa import calendar
from kernel.fa.digits import to_persian_digits
from kernel.resources.fields import Choice, Choices, Code, Day, Field, LongText, Lookup, Money, Text, Whole
from kernel.testing.browser import Browser, let_in
from kernel.testing.users import add_user, keep_fields
from kernel.web.wsgi import PeyvandWSGI
from tests.leaks.test_every_model import Everything, everything
from tests.web.test_rights import OPEN_TO_ALL, rules

__all__ = ["everything"]
pytestmark = pytest.mark.long
FIRST_DAY = date(1931, 3, 22)


def markers(everything: Everything, owner: Connection) -> dict[str, str]:
    """Give every field that can have a rule a value of its own; gives the texts that show it, each with its field."""
    ruled = {(each.name, name) for each in rulable(everything.runtime) for name in each.fields}
    found: dict[str, str] = {}
    place = 0
    for resource in everything.runtime.resources.values():
        holders = [(resource.permission, "", resource.model, resource.fields)]
        holders += [
            (part.permission or resource.permission, f"{part.name}-", part.model, part.fields)
            for part in resource.parts
        ]
        for permission, prefix, model, items in holders:
            for item in items:
                if (permission, prefix + item.name) not in ruled or not item.stored_in(model):
                    continue
                place += 1
                value, texts = marker(item, place)
                if value is not None and taken(owner, model, item, value):
                    found.update(dict.fromkeys(texts, f"{permission}.{prefix}{item.name}"))
    return found


def marker(item: Field, place: int) -> tuple[Any, list[str]]:
    """A value that stands nowhere else, and how pages may write it."""
    if isinstance(item, Choice | Choices | Lookup):
        return None, []
    if isinstance(item, Money | Whole):
        number = 98_700_000 + place
        grouped = f"{number:,}".replace(",", "٬")
        return number, [str(number), to_persian_digits(str(number)), to_persian_digits(grouped)]
    if isinstance(item, Day):
        day = FIRST_DAY + timedelta(days=place)
        return day, [day.isoformat(), calendar.format_date(day, "short"), calendar.format_date(day, "long")]
    if isinstance(item, Text | LongText | Code) and item.kind in ("text", "long", "code"):
        text = f"zq{place:04}qz"
        return text, [text]
    return None, []


def taken(owner: Connection, model: Any, item: Field, value: Any) -> bool:
    """Write a value into all rows of a table; say whether it takes it."""
    try:
        with owner.begin_nested():
            return bool(owner.execute(update(model.__table__).values({item.column(model): value})).rowcount)
    except DBAPIError:
        return False


def addresses(everything: Everything, wsgi: PeyvandWSGI) -> Iterator[str]:
    """Every page, with numbers of rows that there are; lists with each of their columns."""
    ids = {
        resource.path: everything.sara.ids.get(resource.model.__table__.fullname, [1])
        for resource in everything.runtime.resources.values()
    }
    numbers = sorted(
        {each for found in everything.sara.ids.values() for each in found if isinstance(each, int)}
    )[:3]
    for endpoint, method, address in rules(wsgi.application(everything.site), 1):
        if (
            method != "GET"
            or endpoint in OPEN_TO_ALL
            or endpoint.startswith(("account.sign", "backup", "rest"))
        ):
            continue
        path = max((path for path in ids if address.startswith(f"/{path}/")), key=len, default="")
        for number in ids[path][:1] if path else numbers:
            yield re.sub(r"(?<=/)1(?=/|$)", str(number), address)
            if "/1" not in address:
                break
    for resource in everything.runtime.resources.values():
        yield from (f"/{resource.path}?cols={item.name}" for item in resource.fields if item.in_list)
        yield f"/{resource.path}/export?format=csv"
        yield from (f"/{resource.path}?look={view.key}" for view in resource.views)


def test_what_is_kept_comes_out_of_no_page_of_any_plugin(everything: Everything, config: Any) -> None:
    wsgi = PeyvandWSGI(config, engines=everything.engines)
    grants = {(each.name, action): "all" for each in grantable(everything.runtime) for action in each.actions}
    kept = {(each.name, name): "hidden" for each in rulable(everything.runtime) for name in each.fields}
    with everything.engines.owner(everything.site).begin() as owner:
        found = markers(everything, owner)
        for name, rows in (("free", {}), ("kept", kept)):
            number = add_user(owner, name, grants).user_id or 0
            let_in(owner, number, locale="fa")
            keep_fields(owner, number, rows)
    browsers = {name: Browser(wsgi, everything.site.hosts[0]) for name in ("free", "kept")}
    for name, browser in browsers.items():
        browser.sign_in(name)
    leaks: dict[str, set[str]] = {}
    reached: set[str] = set()
    for path in dict.fromkeys(addresses(everything, wsgi)):
        shown = shown_on(browsers["free"], path, found)
        reached |= shown
        if shown and (left := shown_on(browsers["kept"], path, found)):
            leaks[path] = left
    assert len(reached) > 150, "the walk reaches the values"
    assert not leaks, "\n".join(f"{path}: {', '.join(sorted(left))}" for path, left in leaks.items())


def shown_on(browser: Browser, path: str, found: dict[str, str]) -> set[str]:
    """Name the fields whose values a page shows."""
    answer = browser.get(path)
    if answer.status_code != 200 or answer.mimetype not in ("text/html", "text/csv"):
        return set()
    text = re.sub("[\\u2066-\\u2069]|&zwnj;", "", answer.get_data().decode(errors="replace"))
    return {
        field
        for marked, field in found.items()
        if marked in text and re.search(rf"(?<!\d){re.escape(marked)}(?!\d)", text)
    }
