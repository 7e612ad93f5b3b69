"""List pages and search, as administrator and as one who sees own records, against the same SQL and a bare view."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from flask import Flask, render_template_string
from sqlalchemy import event

from bench.measure import Action, beside, heading, row
from bench.site import COMMON, RARE, Bench, bench_site
from kernel.access.actor import Actor
from kernel.resources.lists import ListQuery, page
from kernel.resources.lists.cursors import Position, encode

BARE = "<table>{% for row in rows %}<tr>{% for value in row %}<td>{{ value }}</td>{% endfor %}</tr>{% endfor %}</table>"
SHOWN = "SELECT id, display_name, mobile, city_id, owner_id, created_at FROM kernel.party"
COUNT = "SELECT count(*) FROM (SELECT 1 FROM kernel.party WHERE {where} LIMIT 10001) hits"
GOAL = 2.0
"""Times the bare view that a list may cost."""
PLACE = "SELECT sort_key, id FROM kernel.party WHERE {where} ORDER BY sort_key, id OFFSET {offset} LIMIT 1"

Statement = tuple[str, Any]
Case = tuple[str, ListQuery, str]
"""Title, the list asked for, and the condition with which a bare view would ask for the same rows."""


def run(parties: int) -> Iterator[str]:
    """Give the lines of the table."""
    with bench_site(parties) as bench:
        yield heading(f"Lists and search at {parties:,} parties", "same SQL", "bare view")
        for who, actor in (("administrator", bench.administrator), ("own records", bench.own)):
            for case in cases(bench, actor):
                yield from measured(bench, who, actor, case)


def cases(bench: Bench, actor: Actor) -> Iterator[Case]:
    """What is looked at: pages at both ends of the list, a frequent and a rare name, the end of a number."""
    mine = "" if actor.is_administrator else f" AND owner_id = {actor.user_id}"
    kept = f"kind = 'person' AND binned_at IS NULL{mine}"
    yield "first page", ListQuery(), kept
    yield deep_page(bench, kept)
    yield f"name part «{COMMON}»", ListQuery(search=COMMON), f"{kept} AND search_key LIKE '%{COMMON}%'"
    words = "".join(f" AND search_key LIKE '%{word}%'" for word in RARE.split())
    yield f"name «{RARE}»", ListQuery(search=RARE), kept + words
    tail = "00457"
    yield f"phone tail {tail}", ListQuery(search=tail), f"{kept} AND search_private LIKE '%{tail}%'"


def deep_page(bench: Bench, kept: str) -> Case:
    """The page at four fifths of the list, by the cursor that the page before it gives."""
    with bench.owner_connection() as connection:
        counted = connection.execute(f"SELECT count(*) * 8 / 10 FROM kernel.party WHERE {kept}").fetchone()
        assert counted is not None
        place = connection.execute(PLACE.format(where=kept, offset=counted[0])).fetchone()
    assert place is not None
    cursor = encode("name", Position(0, (place[0],), place[1]))
    where = f"{kept} AND (sort_key, id) > ('{place[0]}', {place[1]})"
    return f"page at place {counted[0]:,}", ListQuery(cursor=cursor), where


def measured(bench: Bench, who: str, actor: Actor, case: Case) -> Iterator[str]:
    """Time one case in three ways, in turn."""
    title, query, where = case

    def product() -> object:
        with bench.runtime.reading(actor) as context:
            return page(context, bench.runtime.resource("person"), query)

    with bench.owner_connection() as connection:
        found = beside(
            {
                "page": product,
                "sql": replayed(connection, statements_of(bench, product)),
                "bare": bare_view(connection, where),
            }
        )
    yield row(f"{who}: {title}", found["page"], found["sql"], found["bare"], goal=GOAL)


def statements_of(bench: Bench, action: Action) -> list[Statement]:
    """Give what an action asks the database, without what tells it who is asking."""
    action()
    noted: list[Statement] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT") and "set_config" not in statement:
            noted.append((statement, parameters))

    engine = bench.engines.app(bench.site)
    event.listen(engine, "before_cursor_execute", note)
    try:
        action()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return noted


def replayed(connection: psycopg.Connection[Any], statements: list[Statement]) -> Callable[[], object]:
    """The floor: the same statements by psycopg as the owner; no walls, no objects."""

    def run() -> object:
        with connection.transaction():
            return [connection.execute(statement, values).fetchall() for statement, values in statements]

    return run


def bare_view(connection: psycopg.Connection[Any], where: str) -> Callable[[], object]:
    """A Flask view that reads a page and its capped count with no plan for either, and writes 50 rows."""
    app = Flask("bare")

    @app.get("/")
    def view() -> str:
        with connection.transaction():
            rows = connection.execute(f"{SHOWN} WHERE {where} ORDER BY sort_key, id LIMIT 51").fetchall()
            connection.execute(COUNT.format(where=where)).fetchall()
        return render_template_string(BARE, rows=rows[:50])

    client = app.test_client()
    return lambda: client.get("/").data
