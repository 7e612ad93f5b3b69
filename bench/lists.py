"""List pages and search, as administrator and as one who sees own records, against the same SQL and a bare view."""

from __future__ import annotations

from collections.abc import Callable, Iterator


from flask import Flask, render_template_string

from bench.measure import beside, row
from bench.site import Bench, bench_site
from kernel.access.actor import Actor
from kernel.resources.lists import ListQuery, page

BARE = """<table>{% for row in rows %}<tr>{% for value in row %}<td>{{ value }}</td>{% endfor %}</tr>{% endfor %}</table>"""
SHOWN = "id, display_name, mobile, city_id, owner_id, created_at"
COUNT = "SELECT count(*) FROM (SELECT 1 FROM kernel.party WHERE {where} LIMIT 10001) hits"


def run(parties: int) -> Iterator[str]:
    """Give the lines of the table."""
    yield f"Lists and search at {parties:,} parties".ljust(58) + f"{'median':>11} {'p95':>10} {'floor':>8}"
    with bench_site(parties) as bench:
        for who, actor in (("administrator", bench.administrator), ("own records", bench.own)):
            mine = "TRUE" if actor.is_administrator else f"owner_id = {actor.user_id}"
            for title, query, where, order in cases(bench, actor, mine):
                found = beside(
                    {
                        "page": lambda query=query, actor=actor: product(bench, actor, query),
                        "sql": sql(bench, where, order),
                        "bare": bare_view(bench, where, order),
                    }
                )
                yield row(f"{who}: {title}", found["page"], found["sql"], "goal 2 x")
                yield row("    bare Flask view with the same 50 rows", found["bare"])


def cases(bench: Bench, actor: Actor, mine: str) -> Iterator[tuple[str, ListQuery, str, str]]:
    kept = f"kind = 'person' AND binned_at IS NULL AND {mine}"
    yield "first page", ListQuery(), kept, "sort_key, id"
    deep = deep_query(bench, actor)
    if deep is not None:
        yield "deep page", deep, f"{kept} AND (sort_key, id) > ('{deep_key(bench)}', 0)", "sort_key, id"
    yield "name part «گودرز»", ListQuery(search="گودرز"), f"{kept} AND search_key LIKE '%گودرز%'", "sort_key, id"
    tail = "000457"
    yield f"phone tail {tail}", ListQuery(search=tail), f"{kept} AND search_private LIKE '%{tail}%'", "sort_key, id"


def product(bench: Bench, actor: Actor, query: ListQuery) -> object:
    with bench.runtime.reading(actor) as context:
        return page(context, bench.runtime.resource("person"), query)


def deep_key(bench: Bench) -> str:
    with bench.owner_connection() as connection:
        found = connection.execute(
            "SELECT sort_key FROM kernel.party ORDER BY sort_key, id OFFSET (SELECT count(*) * 8 / 10 FROM kernel.party) LIMIT 1"
        ).fetchone()
    assert found is not None
    return str(found[0])


def deep_query(bench: Bench, actor: Actor) -> ListQuery | None:
    """Follow the product's own cursors for some pages: the cost of the next must not depend on how many there were."""
    query = ListQuery(limit=50)
    for _page in range(8):
        with bench.runtime.reading(actor) as context:
            found = page(context, bench.runtime.resource("person"), query)
        if found.next_cursor is None:
            return None
        query = query.turned(found.next_cursor)
    return query


def sql(bench: Bench, where: str, order: str) -> Callable[[], object]:
    """The floor: one page and its capped count by psycopg as the owner, no walls, no objects."""
    connection = bench.owner_connection()
    statement = f"SELECT {SHOWN} FROM kernel.party WHERE {where} ORDER BY {order} LIMIT 51"
    count = COUNT.format(where=where)

    def run() -> object:
        with connection.transaction():
            return connection.execute(statement).fetchall(), connection.execute(count).fetchall()

    return run


def bare_view(bench: Bench, where: str, order: str) -> Callable[[], object]:
    """A Flask view that runs the floor's SQL and writes 50 rows."""
    app = Flask("bare")
    fetch = sql(bench, where, order)

    @app.get("/")
    def view() -> str:
        rows, _count = fetch()  # type: ignore[misc]
        return render_template_string(BARE, rows=rows[:50])

    client = app.test_client()
    return lambda: client.get("/").data


