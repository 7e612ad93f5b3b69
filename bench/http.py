"""Whole answers over HTTP: a list, the page of a party, and one party created, beside a bare Flask view."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import psycopg
from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from bench.browser import Browser, browser
from bench.lists import bare_view
from bench.measure import beside, heading, row
from bench.site import bench_site

BARE_PARTY = (
    "INSERT INTO kernel.party (kind, first_name, last_name, display_name, mobile, search_key, search_private, sort_key)"
    " VALUES ('person', %(first)s, %(last)s, %(last)s, %(mobile)s, %(last)s, %(mobile)s, %(last)s) RETURNING id"
)


def run(parties: int) -> Iterator[str]:
    """Give the lines of the table."""
    with bench_site(parties) as bench, bench.owner_connection() as connection:
        visitor = browser(bench)
        yield heading(f"Pages over HTTP at {parties:,} parties", "bare view")
        floor = bare_view(connection, "kind = 'person' AND binned_at IS NULL")
        listed = beside({"page": lambda: visitor.get("/persons"), "bare": floor})
        yield row("list of persons, the whole page", listed["page"], listed["bare"])
        first = connection.execute("SELECT min(id) FROM kernel.party").fetchone()
        assert first is not None
        shown = beside({"page": lambda: visitor.get(f"/persons/{first[0]}")})
        yield row("page of a person", shown["page"])
        numbers = count(1)
        made = beside(
            {"form": lambda: create(visitor, next(numbers)), "bare": bare_form(connection, numbers)},
            rounds=15,
        )
        yield row("create a person by the form", made["form"], made["bare"])


def create(visitor: Browser, number: int) -> None:
    """Send the form of a new person."""
    values = {"first_name": "سارا", "last_name": f"آزمون {number}", "mobile": f"0990{number:07d}"}
    answer = visitor.post("/persons/new", values)
    assert answer.status_code == 303, answer.status


def bare_form(connection: psycopg.Connection[Any], numbers: Iterator[int]) -> Any:
    """A Flask view that puts what it is sent into the table, checks nothing, and leads on."""
    app = Flask("bare")

    @app.post("/")
    def view() -> Response:
        with connection.transaction():
            row_ = connection.execute(BARE_PARTY, request.form.to_dict()).fetchone()
        assert row_ is not None
        return redirect(f"/{row_[0]}", 303)

    client = app.test_client()

    def send() -> object:
        number = next(numbers)
        values = {"first": "سارا", "last": f"آزمون {number}", "mobile": f"+98991{number:07d}"}
        return client.post("/", data=values).status

    return send
