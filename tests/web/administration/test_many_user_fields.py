"""Two hundred fields of the administrator on persons: form, page, list, filters, export and import stay usable."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from kernel.administration.user_fields import MOST_FIELDS
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.resources.build import build_runtime
from kernel.resources.importing import run_import
from kernel.resources.lists.columns import MOST_COLUMNS
from kernel.resources.runtime import Runtime
from kernel.testing.conformance.pages import costs
from tests.web.administration.test_user_field_pages import define
from tests.web.conftest import ALL, Browser, SignIn
from tests.web.test_imports import chosen, upload

VALUES = {
    "text": "شیراز",
    "whole": "۳",
    "decimal": "2.50",
    "day": "1370/05/06",
    "yes_no": "y",
    "choice": "o1",
    "choices": "o2",
    "link": "",
    "phone": "09123456789",
    "email": "a@example.org",
}
"""A value for a field of each kind; the link gets the number of a person."""
WITH_OPTIONS = ("choice", "choices")


Copies = Callable[[], list[tuple[str, str]]]


@pytest.fixture
def boss(sign_in: SignIn) -> Browser:
    return sign_in("boss", administrator=True)


@pytest.fixture
def sara(sign_in: SignIn) -> Browser:
    return sign_in("sara", ALL)


@pytest.fixture
def one_of_each(boss: Browser) -> list[tuple[str, str]]:
    """Ten fields, one of each kind; pairs of kind and key."""
    options = {kind: ("الف", "ب") if kind in WITH_OPTIONS else () for kind in VALUES}
    return [
        (
            kind,
            define(
                boss, kind, f"دلخواه {place}", english=f"own {place}", options=options[kind], **_target(kind)
            )[0],
        )
        for place, kind in enumerate(VALUES)
    ]


def _target(kind: str) -> dict[str, str]:
    return {"to": "person"} if kind == "link" else {}


@pytest.fixture
def to_the_most(run: Callable[..., object], one_of_each: list[tuple[str, str]]) -> Copies:
    """Copy the ten fields until there are as many as there can be."""

    def copied() -> list[tuple[str, str]]:
        run(
            "INSERT INTO kernel.user_field (key, subject, resources, kind, parameters, title, title_en, position, in_list,"
            " filterable) SELECT key || '_' || n, subject, resources, kind, parameters, title || ' - ' || n,"
            " title_en || ' - ' || n, 2000 + n, true, true FROM kernel.user_field, generate_series(1, :n) n",
            n=MOST_FIELDS // len(VALUES) - 1,
        )
        run("UPDATE kernel.site_state SET epoch = epoch + 1")
        pairs = run("SELECT kind, key FROM kernel.user_field ORDER BY position, id")
        assert isinstance(pairs, list)
        return [(kind, key) for kind, key in pairs]

    return copied


@pytest.fixture
def engine(site: Site, engines: Engines) -> Engine:
    return engines.app(site)


def filled(fields: list[tuple[str, str]], friend: str) -> dict[str, str]:
    return {key: VALUES[kind] or friend for kind, key in fields}


def test_pages_cost_as_many_queries_as_with_ten_and_hold_every_value(
    sara: Browser,
    engine: Engine,
    one_of_each: list[tuple[str, str]],
    to_the_most: Copies,
    site: Site,
    engines: Engines,
) -> None:
    friend = sara.made("/persons/new", last_name="دوست").rpartition("/")[2]
    before = sara.made("/persons/new", last_name="رضایی", **filled(one_of_each, friend))
    few = counted(engine, sara, before, one_of_each)
    fields = to_the_most()
    assert len(fields) == MOST_FIELDS
    address = sara.made("/persons/new", last_name="کامل", **filled(fields, friend))
    many = counted(engine, sara, address, fields)
    assert {page: len(found) for page, found in many.items()} == {
        page: len(found) for page, found in few.items()
    }

    form = sara.get(f"{address}/edit").text
    for kind, key in fields:
        assert f'name="{key}"' in form, kind
    shown = sara.get(address).text
    assert shown.count("شیراز") >= MOST_FIELDS // len(VALUES)
    chooser = sara.get("/persons").text
    assert all(f'value="{key}"' in chooser for _kind, key in fields)
    last = dict(fields)
    for kind, value in (("text", "شیراز"), ("whole", "3"), ("choice", "o1"), ("link", friend)):
        assert sara.ids(f"/persons?f.{last[kind]}.is={value}") == [address.rpartition("/")[2]]

    assert "/persons/export?cols=%2A" in chooser
    everything = csv_of(sara, "/persons/export?format=csv&cols=*")
    assert len(everything[0]) > MOST_FIELDS
    name = everything[0].index("نام خانوادگی")
    row = next(row for row in everything[1:] if row[name] == "کامل")
    row[name] = "دیگر"
    assert row.count("شیراز") == MOST_FIELDS // len(VALUES)
    imported(sara, everything[0], row, build_runtime(site, engines, isolate=False))
    assert len(sara.ids(f"/persons?f.{last['text']}.is=شیراز")) == 2


def counted(
    engine: Engine, browser: Browser, address: str, fields: list[tuple[str, str]]
) -> dict[str, list[str]]:
    """The statements of each page that shows the fields, by what it is."""
    columns = ",".join(key for _kind, key in fields[: MOST_COLUMNS - 1])
    paths = {
        "new": "/persons/new",
        "form": f"{address}/edit",
        "page": address,
        "list": "/persons",
        "columns": f"/persons?cols=display_name,{columns}",
        "filtered": f"/persons?f.{fields[0][1]}.filled=1",
        "conditions": "/persons/filter",
        "export": "/persons/export?format=csv&cols=*",
        "import": "/persons/import",
    }
    found = costs(engine, browser, paths.values())
    return {name: found[path] for name, path in paths.items()}


def csv_of(browser: Browser, path: str) -> list[list[str]]:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def imported(browser: Browser, headings: list[str], row: list[str], runtime: Runtime) -> None:
    """Import the exported row again under another name; its columns guessed from the headings."""
    written = io.StringIO()
    csv.writer(written).writerows([headings, row])
    place = upload(browser, written.getvalue().encode(), "all.csv")
    guessed = chosen(browser.get(f"{place}/columns").text)
    assert len([field for field in guessed.values() if field]) >= MOST_FIELDS
    assert browser.post(f"{place}/columns", guessed).status_code == 303
    assert browser.get(place).status_code == 200
    assert browser.post(f"{place}/begin").status_code == 303
    run_import(runtime, int(place.rpartition("/")[2]))
