from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from sqlalchemy import delete, func, select, update

from kernel.access.models import AccessGrant, AuditEntry, UserAccount
from kernel.i18n import _
from kernel.resources.errors import Problem, Refused
from kernel.resources.exporting import csv_chunks
from kernel.resources.importing import refused_file, refused_rows, run_import, running, runs_of, skipped_rows
from kernel.resources.importing.runs import DONE, FAILED, RUNNING, STOPPED
from kernel.resources.lists import ListQuery
from kernel.resources.models import History, ImportRow
from tests.resources import bazaar
from tests.resources.bazaar import Health
from tests.resources.conftest import ALL
from tests.resources.importing.conftest import Importer, code, workbook

HEADINGS = ("نام", "موبایل", "کد ملی", "تاریخ تولد", "نوع", "مانده")


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(running, "BATCH", 4)


def names(count):
    return workbook(("نام", "موبایل"), *((f"شخص {n}", f"0912{n:07}") for n in range(count)))


def outcomes(importer, run_id):
    with importer.runtime.system_work("look", "test") as context:
        statement = select(ImportRow.number, ImportRow.outcome).where(ImportRow.run_id == run_id)
        return {row[0]: row[1] for row in context.session.execute(statement.order_by(ImportRow.number))}


def test_a_file_becomes_records(importer, asked):
    run = importer.bring(
        workbook(
            HEADINGS,
            ("علی رضایی", "0912 123 4567", code(49937089), "1370/5/20", "Gold", 1_500_000),
            ("پری كریمی", "۰۹۱۲۱۲۳۴۵۶۸", code(100_000_100), date(1995, 1, 2), "silver", "۲٬۰۰۰"),
        )
    )
    assert (run.state, run.created, run.skipped, run.refused, run.message) == (DONE, 2, 0, 0, None)
    assert (run.total, run.done, run.share) == (2, 2, 1.0)
    assert [(work.kind, work.subject) for work in asked] == [("import.run", ("import", run.id))]
    ali, pari = importer.clients()
    assert (ali.name, ali.mobile, ali.birth_date, ali.kind) == (
        "علی رضایی",
        "+989121234567",
        date(1991, 8, 11),
        "gold",
    )
    assert (pari.name, pari.birth_date, pari.balance) == ("پری کریمی", date(1995, 1, 2), 2000)
    assert ali.owner_id == ali.created_by == importer.actor.user_id
    assert ali.search_key == "علیرضایی"
    assert ali.version == 1
    assert not ali.regular


def test_numbers_that_a_spreadsheet_made_of_texts(importer):
    run = importer.bring(
        workbook(
            ("نام", "موبایل", "کد", "مانده"),
            (405.0, 9.12e9, 7.0, 5.0),
            (1.5, 989121234568, "007", 10**14),
        )
    )
    assert run.refused == 0
    first, second = importer.clients()
    assert (first.name, first.mobile, first.code, first.balance) == ("405", "+989120000000", "7", 5)
    assert (second.name, second.mobile, second.code, second.balance) == (
        "1.5",
        "+989121234568",
        "007",
        10**14,
    )


def test_numbers_that_a_spreadsheet_has_shortened_are_refused(runtime, importer):
    rows = (("a", "9.12E+09", None), ("b", "۹٫۱۲E+09", None), ("c", None, 4.9937089912e19), ("d", None, 1.5))
    run = importer.bring(workbook(("نام", "موبایل", "کد ملی"), *rows))
    assert (run.created, run.refused) == (0, 4)
    with runtime.reading(importer.actor) as context:
        reasons = [row.reasons[0] for row in refused_rows(context, run.id)]
    shortened = [reason.partition(":")[2] for reason in reasons]
    assert shortened[0] == shortened[1] == shortened[2] != shortened[3]


def test_lost_zeros_come_back(importer):
    run = importer.bring(
        workbook(
            ("نام", "موبایل", "کد ملی"), ("a", 9121234567, int(code(1_234_567))), ("b", 9121234568.0, None)
        )
    )
    assert run.created == 2
    a, b = importer.clients()
    assert (a.mobile, a.national_code, b.mobile) == ("+989121234567", code(1_234_567), "+989121234568")


def test_bad_rows_are_refused_with_every_reason_and_the_others_created(runtime, importer):
    run = importer.bring(
        workbook(
            HEADINGS,
            ("خوب", "09121234567", None, None, None, None),
            ("بد", "110", "1234567890", "1404/12/30", "bronze", "x"),
            (None, "09121234568", None, None, None, None),
            ("ممنوع", None, None, None, None, None),
            ("=A1", None, None, None, None, None),
            ("هم خوب", None, None, "1403/12/30", None, None),
        )
    )
    assert (run.state, run.created, run.refused) == (DONE, 2, 4)
    assert importer.names() == ["خوب", "هم خوب"]
    with runtime.reading(importer.actor) as context:
        reasons = {row.number: row.reasons for row in refused_rows(context, run.id)}
        stream = refused_file(context, run.id)
    assert sorted(reasons) == [3, 4, 5, 6]
    assert len(reasons[3]) == 5
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(stream).active.iter_rows()]
    assert rows[0][:6] == list(HEADINGS)
    assert rows[1][:6] == ["بد", "110", "1234567890", "1404/12/30", "bronze", "x"]
    assert rows[1][7] == 3
    assert all(row[6] for row in rows[1:])


def test_mended_refused_rows_can_be_uploaded_again(runtime, importer):
    run = importer.bring(workbook(("نام", "موبایل"), ("علی", "09121234567"), ("پری", "12")))
    with runtime.reading(importer.actor) as context:
        book = openpyxl.load_workbook(refused_file(context, run.id))
    book.active["B2"] = "09121234568"
    stream = io.BytesIO()
    book.save(stream)
    again = importer.bring(stream.getvalue())
    assert (again.created, again.refused) == (1, 0)
    assert importer.names() == ["علی", "پری"]


def test_running_the_same_file_again_creates_nothing_new(runtime, importer, user):
    data = workbook(
        HEADINGS,
        ("با کد", None, code(100_000_001), None, None, None),
        ("با موبایل", "09121234567", None, None, None, None),
        ("با تولد", None, None, "1370/01/01", None, None),
        ("فقط نام", None, None, None, None, 5),
    )
    first = importer.bring(data)
    second = importer.bring(data)
    other = Importer(runtime, user("ali")).bring(data, "other name.xlsx")
    assert (first.created, second.created, other.created) == (4, 0, 0)
    assert (second.skipped, other.skipped) == (4, 4)
    assert len(importer.names()) == 4
    with runtime.reading(importer.actor) as context:
        found = skipped_rows(context, second.id)
    assert all(row.reasons and row.record_id for row in found)


def test_the_same_rows_in_another_file_and_order(importer):
    importer.bring(workbook(("نام", "موبایل"), ("علی", "0912 123 4567"), ("پری", None)))
    text = "mobile;x;name\n;1;پري\n+989121234567;2;علی رضا\n"
    run = importer.bring(text.encode(), "list.csv")
    assert (run.created, run.skipped) == (0, 2)


def test_records_deleted_since_are_created_again(runtime, importer):
    data = workbook(("نام", "موبایل"), ("علی", "09121234567"), ("پری", None))
    importer.bring(data)
    for client in importer.clients():
        runtime.execute(importer.actor, "record.delete", resource="client", record_id=client.id)
    assert importer.bring(data).created == 2


def test_a_stronger_identity_that_differs_speaks_against_a_weaker_one(importer, add):
    add({"name": "پدر", "mobile": "+989121234567", "national_code": code(100_000_001)})
    run = importer.bring(
        workbook(
            ("نام", "موبایل", "کد ملی"),
            ("پسر", "09121234567", code(100_000_002)),
            ("پدر", "09129999999", code(100_000_001)),
            ("مادر", "09121234567", None),
        )
    )
    assert (run.created, run.skipped) == (1, 2)


def test_name_and_birth_date_tell_who_has_no_identity(importer, add):
    add({"name": "رضا زاده", "birth_date": date(1991, 3, 21)})
    run = importer.bring(
        workbook(
            ("نام", "تاریخ تولد", "موبایل"),
            ("رضا‌زاده", "1370/01/01", None),
            ("رضا زاده", "1370/01/02", None),
            ("رضا زاده", "1370/01/01", "09121234567"),
        )
    )
    assert (run.created, run.skipped) == (2, 1)


def test_names_alone_may_tell_records_of_other_kinds(importer, add):
    add({"name": "شركت آب‌سازان", "code": "9"}, {"name": "آب"})
    object.__setattr__(importer.runtime.resource("client"), "same_without_identity", ("name",))
    rows = (("شرکت ابسازان", None), ("شرکت آب", None), ("آب", "09121234567"), ("آب{", None), ("آب", None))
    run = importer.bring(workbook(("نام", "موبایل"), *rows))
    assert (run.created, run.skipped) == (2, 3)


def test_rows_that_repeat_earlier_ones(runtime, importer):
    run = importer.bring(
        workbook(
            ("نام", "موبایل", "تاریخ تولد"),
            ("علی", "09121234567", None),
            ("علی", "09121234567", None),
            ("علی ۲", "09121234567", None),
            ("پری", None, "1370/01/01"),
            ("پری", None, "1370/01/01"),
            ("علی ۳", "09121234567", None),
        )
    )
    assert (run.created, run.skipped) == (2, 4)
    with runtime.reading(importer.actor) as context:
        found = skipped_rows(context, run.id)
    assert {row.record_id for row in found} == {client.id for client in importer.clients()}


def test_a_row_that_repeats_a_refused_one_is_taken(importer):
    run = importer.bring(
        workbook(("نام", "موبایل"), ("ممنوع", "09121234567"), ("علی", "09121234567"), ("رضا", "09121234567"))
    )
    assert (run.created, run.skipped, run.refused) == (1, 1, 1)
    assert importer.names() == ["علی"]


@pytest.mark.parametrize(("probable", "created"), [("create", 2), ("refuse", 1)])
def test_probable_duplicates_are_the_importers_choice(runtime, importer, add, probable, created):
    add({"name": "مینا"})
    run = importer.bring(workbook(("نام",), ("مینا",), ("پری",)), probable=probable)
    assert run.created == created
    with runtime.reading(importer.actor) as context:
        assert all("مینا" in row.reasons[0] for row in refused_rows(context, run.id))


def test_of_a_hidden_record_only_its_being_is_told(runtime, user, add):
    add({"name": "پنهان", "mobile": "+989121234567"})
    sara = user(grants={**ALL, ("client", "view"): "own", ("client", "create"): "own"})
    importer = Importer(runtime, sara)
    run = importer.bring(workbook(("نام", "موبایل"), ("علی", "09121234567")))
    assert (run.created, run.skipped) == (0, 1)
    with runtime.reading(sara) as context:
        (row,) = skipped_rows(context, run.id)
        assert row.record_id is None
        assert "پنهان" not in "".join(row.reasons)
    with runtime.system_work("look", "test") as context:
        assert context.session.scalar(select(func.count()).where(AuditEntry.actor_id == sara.user_id)) == 1


class Killed(BaseException):
    pass


@pytest.mark.parametrize("place", ["read", "match", "create_each", "insert_rows", "commit"])
@pytest.mark.parametrize("batch", [1, 2, 3])
def test_killed_at_any_moment_it_goes_on_and_nothing_comes_twice(
    runtime, importer, monkeypatch, place, batch
):
    run_id = importer.upload(names(10))
    importer.confirm(run_id)
    importer.execute("import.begin", run_id)
    calls = []

    def kill(original):
        def called(*arguments, **named):
            result = original(*arguments, **named)
            calls.append(1)
            if len(calls) == (4 * batch - 1 if place == "read" and batch < 3 else batch):
                raise Killed
            return result

        return called

    with monkeypatch.context() as patch:
        if place == "read":
            patch.setattr(running.RowReader, "read", kill(running.RowReader.read))
        elif place == "commit":
            patch.setattr(running._Batch, "_write", kill(running._Batch._write))
        else:
            patch.setattr(running, place, kill(getattr(running, place)))
        with pytest.raises(Killed):
            run_import(runtime, run_id)
    assert importer.state(run_id).state == RUNNING
    run_import(runtime, run_id)
    run = importer.state(run_id)
    assert (run.state, run.created, run.skipped, run.refused) == (DONE, 10, 0, 0)
    assert sorted(importer.names()) == sorted(f"شخص {n}" for n in range(10))
    assert outcomes(importer, run_id) == dict.fromkeys(range(2, 12), 1)
    run_import(runtime, run_id)
    assert len(importer.names()) == 10


def test_whoever_finds_the_checkpoint_moved_leaves(runtime, importer, monkeypatch):
    run_id = importer.upload(names(10))
    importer.confirm(run_id)
    importer.execute("import.begin", run_id)
    original = running._Batch.work
    nested = []

    def meanwhile(self, rows, checkpoint):
        if not nested:
            nested.append(1)
            run_import(runtime, run_id)
        return original(self, rows, checkpoint)

    monkeypatch.setattr(running._Batch, "work", meanwhile)
    run_import(runtime, run_id)
    run = importer.state(run_id)
    assert (run.state, run.created) == (DONE, 10)
    assert len(importer.names()) == 10


class Watching:
    def __init__(self, stop_after=99):
        self.reports = []
        self.stop_after = stop_after

    def report(self, done, total):
        self.reports.append((done, total))

    def stopped(self):
        return len(self.reports) >= self.stop_after


def test_progress_is_reported_per_batch(runtime, importer):
    run_id = importer.upload(names(10))
    importer.confirm(run_id)
    importer.execute("import.begin", run_id)
    watching = Watching()
    run_import(runtime, run_id, watching)
    assert watching.reports == [(4, 10), (8, 10), (10, 10)]


def test_a_stopped_import_keeps_what_it_has_and_can_go_on(runtime, importer):
    run_id = importer.upload(names(10))
    importer.confirm(run_id)
    importer.execute("import.begin", run_id)
    run_import(runtime, run_id, Watching(stop_after=1))
    importer.execute("import.stop", run_id)
    run_import(runtime, run_id)
    assert (importer.state(run_id).state, len(importer.names())) == (STOPPED, 4)
    assert importer.state(run_id).share == 0.4
    with pytest.raises(Refused):
        importer.execute("import.stop", run_id)
    run = importer.go(run_id)
    assert (run.state, run.created) == (DONE, 10)
    with pytest.raises(Refused):
        importer.execute("import.begin", run_id)
    with pytest.raises(Refused):
        importer.execute("import.map", run_id, mapping={"0": "name"})


def test_an_import_that_was_not_mapped_cannot_begin(importer):
    with pytest.raises(Refused):
        importer.execute("import.begin", importer.upload(names(1)))


def test_a_right_withdrawn_meanwhile_ends_the_import(runtime, importer, engines, bazaar_site):
    run_id = importer.upload(names(10))
    importer.confirm(run_id)
    importer.execute("import.begin", run_id)
    run_import(runtime, run_id, Watching(stop_after=1))
    with engines.owner(bazaar_site).begin() as owner:
        owner.execute(delete(AccessGrant).where(AccessGrant.action == "import"))
    run_import(runtime, run_id)
    run = importer.state(run_id)
    assert (run.state, run.created) == (FAILED, 4)
    assert run.message


def test_a_user_who_is_gone_ends_the_import(runtime, importer, engines, bazaar_site):
    run_id = importer.upload(names(2))
    importer.confirm(run_id)
    importer.execute("import.begin", run_id)
    with engines.owner(bazaar_site).begin() as owner:
        owner.execute(update(UserAccount).values(active=False))
    run_import(runtime, run_id)
    assert importer.state(run_id).state == FAILED
    assert not importer.names()


def test_a_file_damaged_in_the_middle_keeps_what_came_before(importer):
    rows = "".join(f"شخص {n},0912{n:07}\n" for n in range(30))
    run = importer.bring(("نام,موبایل\n" + rows + '"' + "x" * 200_000).encode(), "list.csv")
    assert (run.state, run.created) == (FAILED, 28)
    assert run.message


def test_base_values_and_links_by_their_titles(importer, runtime, user, add):
    with runtime.system_work("test data", "test") as context:
        doctor = context.run("base_data.add", source="client_title", title="دکتر")
    (boss,) = add({"name": "معرف بزرگ"})
    data = workbook(
        ("نام", "عنوان", "معرف"), ("a", "دكتر", "معرف بزرگ"), ("b", "سرهنگ", None), ("c", None, "نیست")
    )
    run = importer.bring(data)
    assert (run.created, run.refused) == (1, 2)
    client = importer.clients()[-1]
    assert (client.title_id, client.referrer_id) == (doctor, boss)
    adding = Importer(runtime, user("adder", grants={**ALL, ("base_data", "create"): "all"}))
    again = adding.bring(data, add_values=True)
    assert (again.created, again.skipped, again.refused) == (1, 1, 1)


def test_facets_are_filled_too(importer, runtime):
    run = importer.bring(
        workbook(("نام", "وزن", "گروه خونی"), ("a", 70, "A"), ("b", None, None), ("c", 900, None))
    )
    assert (run.created, run.refused) == (2, 1)
    with runtime.system_work("look", "test") as context:
        (row,) = context.session.scalars(select(Health)).all()
        assert (row.weight, row.blood) == (70, "a")


def test_rows_for_others_need_the_right_to_assign(runtime, user):
    own = {**ALL, ("client", "create"): "own"}
    sara = user(grants=own)
    user("ali", grants={})
    data = workbook(("name", "owner"), ("a", "ali"), ("b", "sara"))
    run = Importer(runtime, sara).bring(data)
    assert (run.created, run.refused) == (1, 1)
    chief = Importer(runtime, user("chief", grants={**own, ("client", "assign"): "all"}))
    assert chief.bring(workbook(("name", "owner"), ("c", "ali"))).created == 1


def test_what_the_database_refuses_costs_only_its_own_row(importer, add):
    (number,) = add({"name": "در سطل", "national_code": code(100_000_009)})
    runtime = importer.runtime
    object.__setattr__(runtime.resource("client"), "identities", ())
    object.__setattr__(runtime.resource("client"), "same_without_identity", ())
    rows = [(f"n{n}", code(100_000_000 + n)) for n in range(12)]
    run = importer.bring(workbook(("نام", "کد ملی"), *rows))
    assert (run.state, run.created, run.refused) == (DONE, 11, 1)
    with runtime.reading(importer.actor) as context:
        assert [row.number for row in refused_rows(context, run.id)] == [11]
    assert number


def test_validators_are_asked_once_per_batch_and_name_rows(importer, monkeypatch):
    asked = []

    class Answer:
        def __init__(self, value):
            self.value = value

    def require(_runtime, hook, **arguments):
        asked.append((hook, len(arguments["changes"])))
        return [
            Answer([Problem("name", _("No."), row=place)])
            for place, change in enumerate(arguments["changes"])
            if change.after["name"] == "شخص 2"
        ]

    monkeypatch.setattr(type(importer.runtime), "require", require)
    run = importer.bring(names(8))
    assert (run.created, run.refused) == (7, 1)
    assert asked == [("validate", 4), ("validate", 3), ("validate", 4)]


def test_a_resources_own_bulk_form_is_used(runtime, user):
    seen = []

    def create(context, sets):
        seen.append([values["name"] for values in sets])
        from kernel.resources.records import insert_many

        return insert_many(
            context, bazaar.Client, [{"name": v["name"], "search_key": "x", "sort_key": "x"} for v in sets]
        )

    object.__setattr__(runtime.resource("client"), "bulk_create", create)
    run = Importer(runtime, user()).bring(names(5))
    assert (run.created, [len(batch) for batch in seen]) == (5, [4, 1])


def test_history_tells_of_every_record_and_nothing_of_refused_ones(importer):
    run = importer.bring(workbook(("نام", "موبایل"), ("علی", "09121234567"), ("ممنوع", None), ("پری", None)))
    with importer.runtime.system_work("look", "test") as context:
        entries = context.session.scalars(select(History).where(History.subject == "bazaar.client")).all()
        assert {(each.action, each.command, each.actor_name) for each in entries} == {
            ("create", "import.run", "sara")
        }
        assert {each.root_id for each in entries} == {client.id for client in importer.clients()}
        assert {each.changes["name"][1] for each in entries} == {"علی", "پری"}
    assert run.refused == 1


def test_what_was_exported_comes_back_exactly(runtime, importer, add):
    add(
        {"name": "=1+1", "code": "-5", "birth_date": date(1991, 8, 11), "balance": -7, "regular": True},
        {"name": "'@علی", "code": "007"},
    )
    before = [(c.name, c.code, c.birth_date, c.balance, c.regular) for c in importer.clients()]
    query = ListQuery(columns=("name", "code", "birth_date", "balance", "regular"))
    with runtime.reading(importer.actor) as context:
        data = b"".join(csv_chunks(context, runtime.resource("client"), query))
    for client in importer.clients():
        runtime.execute(importer.actor, "record.delete", resource="client", record_id=client.id)
    run = importer.bring(data, "export.csv")
    with runtime.reading(importer.actor) as context:
        assert refused_rows(context, run.id) == skipped_rows(context, run.id) == []
    after = [(c.name, c.code, c.birth_date, c.balance, c.regular) for c in importer.clients()[2:]]
    assert sorted(after) == sorted(before)


def test_own_runs_are_listed_newest_first(runtime, importer, user):
    first, second = importer.upload(names(1)), importer.upload(names(2))
    with runtime.reading(importer.actor) as context:
        assert [run.id for run in runs_of(context, "client")] == [second, first]
        assert runs_of(context, "purchase") == []
    with runtime.reading(user("ali")) as context:
        assert runs_of(context) == []
