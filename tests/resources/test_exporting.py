from __future__ import annotations

import csv
import io
from datetime import date

import openpyxl
import pytest

from kernel.resources import exporting
from kernel.resources.errors import Forbidden, Invalid
from kernel.resources.exporting import csv_chunks, export_rows, guarded, unguarded, write_csv, write_xlsx
from kernel.resources.lists import Filter, ListQuery
from tests.resources.bazaar import Health
from tests.resources.conftest import ALL


@pytest.fixture
def clients(runtime):
    return runtime.resource("client")


def read_xlsx(data):
    book = openpyxl.load_workbook(io.BytesIO(data))
    return book, [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]


def as_xlsx(*arguments):
    stream = io.BytesIO()
    count = write_xlsx(stream, *arguments)
    return count, stream.getvalue()


def test_exactly_the_grid_in_its_order(runtime, clients, user, add, monkeypatch):
    monkeypatch.setattr(exporting, "BATCH", 2)
    monkeypatch.setattr(exporting, "PLACES", 5)
    add(*({"name": f"n{n:02}", "kind": "gold" if n % 2 else None} for n in range(23)))
    query = ListQuery(
        sort="-name", filters=(Filter("kind", "is", "gold"),), columns=("name", "kind"), limit=3
    )
    with runtime.reading(user()) as context:
        batches = list(export_rows(context, clients, query))
    rows = [row for batch in batches for row in batch]
    assert [row[0] for row in rows] == [f"n{n:02}" for n in range(21, 0, -2)]
    assert {row[1] for row in rows} == {"Gold"}
    assert all(len(batch) <= 2 for batch in batches)


def test_a_searched_list_is_exported_whole(runtime, clients, user, add, monkeypatch):
    from kernel.resources.lists import searching

    monkeypatch.setattr(searching, "CAP", 3)
    add(*({"name": f"reza {n}"} for n in range(7)), {"name": "ali"})
    with runtime.reading(user()) as context:
        assert sum(len(batch) for batch in export_rows(context, clients, ListQuery(search="reza"))) == 7


def test_ticked_rows_and_no_smuggled_ones(runtime, clients, user, add):
    sara = user(grants={**ALL, ("client", "view"): "own"})
    mine, also_mine = add({"name": "a", "owner_id": sara.user_id}, {"name": "b", "owner_id": sara.user_id})
    (hidden,) = add({"name": "c"})
    query = ListQuery(filters=(Filter("name", "is", "zzz"),), columns=("name",), sort="-name")
    with runtime.reading(sara) as context:
        rows = [
            row
            for batch in export_rows(context, clients, query, [hidden, mine, also_mine, 2**62])
            for row in batch
        ]
        assert list(export_rows(context, clients, query, [])) == []
    assert rows == [["b"], ["a"]]


def test_exporting_is_a_right_of_its_own(runtime, clients, user, add):
    sara = user(grants={("client", "view"): "all", ("client", "export"): "own"})
    add({"name": "a", "owner_id": sara.user_id}, {"name": "b"})
    with runtime.reading(sara) as context:
        assert list(export_rows(context, clients, ListQuery(columns=("name",)))) == [[["a"]]]
    with (
        runtime.reading(user("ali", grants={("client", "view"): "all"})) as context,
        pytest.raises(Forbidden),
    ):
        list(export_rows(context, clients, ListQuery()))
    with runtime.reading(sara) as context, pytest.raises(Invalid):
        list(export_rows(context, clients, ListQuery(columns=("religion",))))


FORMULAS = [
    "=1+1",
    "+98",
    "-5",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "'=1",
    "''-x",
    "＝1",
    "'سلام",
    "سلام",
    "o'=1",
    "|x",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_guarding_is_undone_exactly(text):
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_texts_never_become_formulas(runtime, clients, user, add):
    add(*({"name": f"{place:02}", "note": text} for place, text in enumerate(FORMULAS)))
    full = user()
    query = ListQuery(columns=("name", "code", "religion"))
    with runtime.reading(full) as context:
        context.runtime.resource("client").by_name["note"].in_list = True
        try:
            query = ListQuery(columns=("name", "note"))
            _count, data = as_xlsx(context, clients, query)
            text = b"".join(csv_chunks(context, clients, query)).decode("utf-8-sig")
        finally:
            context.runtime.resource("client").by_name["note"].in_list = False
    book, rows = read_xlsx(data)
    assert all(cell.data_type != "f" for row in book.worksheets[0].iter_rows() for cell in row)
    assert [row[1].replace("_x000D_", "\r") for row in rows[1:]] == FORMULAS
    lines = list(csv.reader(io.StringIO(text, newline="")))
    assert [unguarded(line[1]) for line in lines[1:]] == FORMULAS
    assert not any(line[1].startswith(("=", "+", "-", "@", "\t", "\r")) for line in lines)


def test_numbers_are_numbers_and_codes_keep_their_zeros(runtime, clients, user, add):
    actor = user()
    with runtime.system_work("test data", "test") as context:
        title = context.run("base_data.add", source="client_title", title="دکتر")
    (number,) = add(
        {
            "name": "علی",
            "mobile": "+989121234567",
            "national_code": "0499370899",
            "code": "007",
            "balance": -1_500_000,
            "birth_date": date(1990, 3, 21),
            "title_id": title,
            "owner_id": actor.user_id,
            "regular": True,
        }
    )
    with runtime.system_work("test data", "test") as context:
        context.session.add(Health(client_id=number, weight=70, blood="b"))
    columns = (
        "name",
        "mobile",
        "national_code",
        "code",
        "balance",
        "birth_date",
        "title",
        "owner",
        "regular",
    )
    query = ListQuery(columns=(*columns, "clinic.weight", "clinic.blood"))
    with runtime.reading(actor) as context:
        count, data = as_xlsx(context, clients, query)
        text = b"".join(csv_chunks(context, clients, query)).decode("utf-8-sig")
    book, rows = read_xlsx(data)
    expected = ["علی", "09121234567", "0499370899", "007", -1500000, "1369/01/01", "دکتر", "sara"]
    assert (count, rows[1][:8], rows[1][9:]) == (1, expected, [70, "B"])
    assert book.worksheets[0].sheet_view.rightToLeft
    line = list(csv.reader(io.StringIO(text)))[1]
    assert line[:8] == [str(value) for value in expected]
    assert line[4] == "-1500000"


def test_english_exports_have_dates_and_go_left_to_right(runtime, clients, user, add):
    add({"name": "a", "birth_date": date(1990, 3, 21)})
    with runtime.reading(user(), locale="en") as context:
        _count, data = as_xlsx(context, clients, ListQuery(columns=("name", "birth_date")))
    book, rows = read_xlsx(data)
    assert rows[0] == ["Name", "Date of birth"]
    assert rows[1][1].date() == date(1990, 3, 21)
    assert not book.worksheets[0].sheet_view.rightToLeft


def test_more_rows_than_a_sheet_holds(runtime, clients, user, add, monkeypatch):
    monkeypatch.setattr(exporting, "SHEET_ROWS", 2)
    add(*({"name": f"n{n}"} for n in range(5)))
    with runtime.reading(user()) as context:
        _count, data = as_xlsx(context, clients, ListQuery(columns=("name",)))
    book, _rows = read_xlsx(data)
    assert [sheet.max_row for sheet in book.worksheets] == [3, 3, 2]


def test_csv_begins_with_the_mark_of_its_encoding(runtime, clients, user, tmp_path):
    target = tmp_path / "list.csv"
    with runtime.reading(user()) as context, target.open("wb") as stream:
        write_csv(stream, context, clients, ListQuery(columns=("name",)))
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    assert target.read_bytes().endswith(b"\r\n")
