from __future__ import annotations

import io

import openpyxl
import pytest

from kernel.resources.errors import Forbidden, Invalid, NotFound
from kernel.resources.importing import columns, guess_mapping, preview, progress, sample_file, start, targets
from kernel.resources.importing.previewing import letters
from kernel.resources.importing.sheets import MOST_COLUMNS
from tests.resources.conftest import ALL
from tests.resources.importing.conftest import Importer, code, workbook


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        (["نام", "Mobile", "كد ملي", "تاريخ تولّد"], ["name", "mobile", "national_code", "birth_date"]),
        (["NAME ", "کد‌ملی", "شماره"], ["name", "national_code", None]),
        (["نام و نام خانوادگی", "گروه خونی", "وزن (کیلوگرم)"], ["name", "clinic.blood", "clinic.weight"]),
        (["موبایل", "موبایل", "تلفن همراه"], ["mobile", None, None]),
        (["شماره موبایل مشتری", "full name*"], ["mobile", "name"]),
        (["national_code", "clinic.blood"], ["national_code", "clinic.blood"]),
        (["", "   ", "دین", "__table__", "id"], [None] * 5),
    ],
)
def test_columns_are_guessed_in_both_languages(runtime, user, headings, expected):
    with runtime.reading(user()) as context:
        found = guess_mapping(context, runtime.resource("client"), headings)
    assert [found.get(place) for place in range(len(headings))] == expected


def test_only_what_the_actor_may_write_can_be_imported(runtime, user):
    clients = runtime.resource("client")
    with runtime.reading(user(grants={**ALL, ("client", "see_sensitive"): "all"})) as context:
        assert "religion" in targets(context, clients)
    without = {right: scope for right, scope in ALL.items() if right[0] != "clinic"}
    with runtime.reading(user("ali", grants=without)) as context:
        known = targets(context, clients)
    assert "religion" not in known
    assert not any("." in key for key in known)


FILE = workbook(("نام", "موبایل", "x"), ("علی", "0912", "y"))


@pytest.mark.parametrize(
    "mapping",
    [
        {},
        {"0": ""},
        {"1": "mobile"},
        {"0": "name", "1": "name"},
        {"0": "name", "1": "religion"},
        {"0": "name", "1": "owner_id"},
        {"0": "name", "1": "nothing"},
        {"0": "name", "3": "mobile"},
        {"0": "name", "-1": "mobile"},
        {"0": "name", "x": "mobile"},
    ],
)
def test_a_mapping_that_cannot_be_is_refused(importer, mapping):
    run_id = importer.upload(FILE)
    with pytest.raises(Invalid):
        importer.execute("import.map", run_id, mapping=mapping)
    assert importer.state(run_id).state == "uploaded"


def test_columns_are_shown_with_samples(runtime, importer):
    run_id = importer.upload(
        workbook(("نام", None, "موبایل"), ("علی", 5.0, 9121234567), ("پری", 6, None), ("علی", 7, None))
    )
    with runtime.reading(importer.actor) as context:
        found = columns(context, run_id)
    assert [(item.letters, item.heading, list(item.samples)) for item in found] == [
        ("A", "نام", ["علی", "پری"]),
        ("B", "", ["5", "6", "7"]),
        ("C", "موبایل", ["9121234567"]),
    ]
    assert [letters(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_the_preview_shows_problems_and_duplicates(runtime, importer, add):
    add({"name": "پری", "mobile": "+989121234567"}, {"name": "مینا"})
    run_id = importer.upload(
        workbook(
            ("نام", "موبایل", "کد ملی", "تاریخ تولد"),
            ("علی", 9121234568, int(code(12_345_678)), "1370/05/20"),
            ("رضا", "09121234567", None, None),
            ("مینا", None, None, None),
            ("بد", "12", "1234567890", "1404/12/30"),
            (None, "09121111111", None, None),
        )
    )
    with runtime.reading(importer.actor) as context:
        rows = preview(context, run_id).rows
        assert len(preview(context, run_id, {"0": "name"}, limit=2).rows) == 2
        with pytest.raises(Invalid):
            preview(context, run_id, {"1": "mobile"})
    assert [row.number for row in rows] == [2, 3, 4, 5, 6]
    assert rows[0].texts["mobile"] == "۰۹۱۲ ۱۲۳ ۴۵۶۸"
    assert (list(rows[0].problems), rows[0].there, list(rows[0].duplicates)) == ([], None, [])
    assert rows[1].there is not None
    assert [hit.label for hit in rows[2].duplicates] == ["مینا"]
    assert [problem.field for problem in rows[3].problems] == ["mobile", "national_code", "birth_date"]
    assert [problem.field for problem in rows[4].problems] == ["name"]
    assert not [name for name in importer.names() if name in ("علی", "رضا")]


def test_an_import_is_seen_by_its_owner_and_administrators(runtime, importer, user):
    run_id = importer.upload(FILE)
    with runtime.reading(user("ali")) as context:
        for look in (progress, columns, preview):
            with pytest.raises(NotFound):
                look(context, run_id)
    with runtime.reading(user("root", administrator=True)) as context:
        assert progress(context, run_id).file_name == "list.xlsx"


@pytest.mark.parametrize("missing", ["import", "create"])
def test_importing_needs_its_rights(runtime, user, missing):
    grants = {right: scope for right, scope in ALL.items() if right != ("client", missing)}
    with pytest.raises(Forbidden):
        Importer(runtime, user(grants=grants)).upload(FILE)


def test_resources_that_cannot_be_imported(runtime, user):
    with pytest.raises(NotFound):
        start(runtime, user("root", administrator=True), "purchase", "x.xlsx", io.BytesIO(FILE))


def test_a_file_larger_than_the_limit(importer, monkeypatch):
    from kernel.resources.importing import runs

    monkeypatch.setattr(runs, "MOST_BYTES", 2_000_000)

    class Endless(io.RawIOBase):
        read_bytes = 0

        def read(self, size=-1):
            self.read_bytes += size
            return b"x" * size

    stream = Endless()
    with pytest.raises(Invalid) as refused:
        start(importer.runtime, importer.actor, "client", "big.csv", stream)
    assert refused.value.problems[0].field == "file"
    assert stream.read_bytes < 3_000_000


def test_the_sample_file_is_recognised_and_imported(runtime, importer):
    with runtime.reading(importer.actor) as context:
        data = sample_file(context, "client")
    headings = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(data)).active[1]]
    with runtime.reading(importer.actor) as context:
        known = targets(context, runtime.resource("client"))
        assert list(guess_mapping(context, runtime.resource("client"), headings).values()) == list(known)
    run = importer.bring(data)
    assert (run.created, run.refused) == (1, 0)
    assert len(known) < MOST_COLUMNS
