"""Fields of the administrator, through commands: every kind there and back, guards, conversions, hostile values."""

from __future__ import annotations

import csv
import io
import json
import threading
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from kernel.administration.assembly import assemble
from kernel.extension.traces import traces
from kernel.parties.models import Party
from kernel.resources.build import build_runtime
from kernel.resources.errors import EditConflict, Invalid, Refused
from kernel.resources.exporting import csv_chunks
from kernel.resources.importing import run_import, start
from kernel.resources.lists import Filter, ListQuery, page, suggestions
from kernel.resources.user_fields.kinds import KINDS
from kernel.resources.user_fields.links import relink
from kernel.resources.user_fields.rekeying import rekey


class NoProgress:
    def report(self, done, total):
        pass

    def stopped(self):
        return False


class Admin:
    """An administrator whose runtime is always that of the present epoch."""

    def __init__(self, site, engines, actor, clock):
        self.site, self.engines, self.actor, self.clock = site, engines, actor, clock
        self._built = None

    @property
    def runtime(self):
        if self._built is None:
            self._built = build_runtime(self.site, self.engines, isolate=False)
            self._built.clock = self.clock
        return self._built

    def run(self, command, **arguments):
        try:
            return self.runtime.execute(self.actor, command, **arguments)
        finally:
            if command.startswith("user_field."):
                self._built = None

    def define(self, kind, title, *, options=(), field_id=None, homes=("person",), version=None, **values):
        entered = {"title": title, "resources": list(homes), "in_list": "1", "filterable": "1", **values}
        rows = [{"title": each, "active": "1"} if isinstance(each, str) else each for each in options]
        return self.run(
            "user_field.save", kind=kind, values=entered, options=rows, field_id=field_id, version=version
        )

    def key(self, field_id):
        with self.engines.owner(self.site).connect() as owner:
            return owner.execute(
                text("SELECT key FROM kernel.user_field WHERE id = :id"), {"id": field_id}
            ).scalar_one()

    def person(self, **values):
        return self.run("record.create", resource="person", values={"last_name": "رضایی", **values})

    def edit(self, record_id, **values):
        return self.run("record.edit", resource="person", record_id=record_id, values=values)

    def value(self, record_id, key):
        runtime = self.runtime
        with runtime.reading(self.actor) as context:
            record = context.session.execute(select(Party).where(Party.id == record_id)).scalar_one()
            return runtime.resource("person").by_name[key].value_of(record)

    def found(self, *filters, search="", sort="", columns=()):
        runtime = self.runtime
        with runtime.reading(self.actor) as context:
            query = ListQuery(
                search=search, filters=tuple(Filter(*one) for one in filters), sort=sort, columns=columns
            )
            return [row.id for row in page(context, runtime.resource("person"), query).rows]

    def owner(self, statement, **values):
        with self.engines.owner(self.site).begin() as owner:
            return owner.execute(text(statement), values)

    def import_csv(self, content):
        runtime = self.runtime
        run_id = start(runtime, self.actor, "person", "a.csv", io.BytesIO(content.encode()))
        with runtime.reading(self.actor) as context:
            from kernel.resources.importing import progress

            mapping = {str(place): key for place, key in progress(context, run_id).mapping.items()}
        runtime.execute(self.actor, "import.map", run_id=run_id, mapping=mapping)
        runtime.execute(self.actor, "import.begin", run_id=run_id)
        run_import(runtime, run_id)
        with runtime.reading(self.actor) as context:
            return progress(context, run_id)


@pytest.fixture
def admin(site, engines, make_user, clock):
    assemble()
    return Admin(site, engines, make_user("boss", administrator=True), clock)


OPTIONS = ("قرمز", "آبی", "سبز تیره")
LETTERS = st.sampled_from("ابپتسگچ abcXYZ۱۲3-،=+'\"")
CODES = ("0084575948", "0012345679", "1234567891")
SAMPLES = {
    "text": st.text(LETTERS, min_size=1, max_size=40).map(str.strip).filter(bool),
    "long_text": st.lists(st.text(LETTERS, max_size=20), min_size=1, max_size=3)
    .map("\n".join)
    .filter(str.strip),
    "whole": st.integers(-(10**15) + 1, 10**15 - 1),
    "decimal": st.decimals(-(10**12), 10**12, places=2, allow_nan=False, allow_infinity=False),
    "percent": st.decimals(0, 100, places=2),
    "money": st.integers(0, 10**15 - 1),
    "day": st.dates(date(1930, 1, 1), date(2090, 1, 1)),
    "instant": st.integers(631_152_000 // 60, 2_840_140_800 // 60).map(
        lambda n: datetime.fromtimestamp(n * 60, UTC)
    ),
    "minutes": st.integers(0, 525_600),
    "yes_no": st.booleans(),
    "choice": st.sampled_from(["o1", "o2", "o3"]),
    "choices": st.lists(st.sampled_from(["o1", "o2", "o3"]), min_size=1, max_size=3, unique=True).map(sorted),
    "phone": st.integers(0, 9_999_999).map(lambda n: f"+98912{n:07}"),
    "email": st.text("abcxyz019", min_size=1, max_size=20).map(lambda name: f"{name}@example.com"),
    "website": st.text("abcxyz019", min_size=1, max_size=20).map(lambda name: f"https://{name}.ir/a"),
    "national_code": st.sampled_from(["0084575948"]),
    "sheba": st.sampled_from(["IR160120000000001234567890"]),
    "card": st.sampled_from(["6037991199500590", "6221061106498670"]),
    "postal_code": st.sampled_from(["1619735744", "1193653471"]),
}


def test_there_is_a_sample_of_every_kind_but_links():
    assert set(SAMPLES) == set(KINDS) - {"link"}


@pytest.fixture
def all_kinds(admin):
    """A field of every kind, by kind: its key."""
    keys = {}
    for kind in SAMPLES:
        options = OPTIONS if KINDS[kind].options else ()
        more = {"places": "2"} if KINDS[kind].places else {}
        keys[kind] = admin.key(
            admin.define(kind, f"فیلد {kind}", title_en=f"Field {kind}", options=options, **more)
        )
    return keys


def exported(admin, keys):
    runtime = admin.runtime
    with runtime.reading(admin.actor) as context:
        query = ListQuery(columns=("last_name", *keys))
        return b"".join(csv_chunks(context, runtime.resource("person"), query)).decode("utf-8-sig")


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_values_of_every_kind_survive_form_store_export_and_import(admin, all_kinds, data):
    admin.owner("DELETE FROM kernel.import_row")
    admin.owner("UPDATE kernel.party SET binned_at = now()")
    runtime = admin.runtime
    resource = runtime.resource("person")
    wanted = {kind: data.draw(SAMPLES[kind], label=kind) for kind in SAMPLES}
    with runtime.reading(admin.actor) as context:
        typed = {
            key: resource.by_name[key].fill(resource.by_name[key].read(wanted[kind], context), context)
            for kind, key in all_kinds.items()
        }
        typed[all_kinds["choices"]] = wanted["choices"]
    first = admin.person(**typed)
    held = {kind: admin.value(first, key) for kind, key in all_kinds.items()}
    for kind, value in wanted.items():
        if kind not in ("text", "long_text"):
            assert held[kind] == value, kind
    content = exported(admin, all_kinds.values())
    (line,) = list(csv.reader(io.StringIO(content)))[1:]
    again = content.replace(line[0], "دوباره", 1)
    admin.owner("UPDATE kernel.party SET binned_at = now()")
    run = admin.import_csv(again)
    assert (run.created, run.refused) == (1, 0), content
    (second,) = admin.found()
    for kind, key in all_kinds.items():
        if kind == "long_text":
            continue
        assert admin.value(second, key) == held[kind], kind


def test_malformed_values_break_nothing(admin, all_kinds):
    person = admin.person()
    hostile = [
        "text",
        1,
        1.5,
        10**40,
        True,
        None,
        [],
        {"a": 1},
        [1, None],
        "2020-99-99",
        "'; DROP TABLE x; --",
        "\\u0000",
    ]
    for value in hostile:
        packed = json.dumps(dict.fromkeys(all_kinds.values(), value))
        admin.owner(
            "UPDATE kernel.party SET user_values = CAST(:held AS jsonb) WHERE id = :id",
            held=packed,
            id=person,
        )
        for kind, key in all_kinds.items():
            admin.value(person, key)
            if kind not in ("choices", "long_text"):
                assert admin.found(sort=key) == [person]
        assert admin.found(columns=("last_name", *all_kinds.values())) == [person]
        for kind, operand in (
            ("whole", "5"),
            ("decimal", "5"),
            ("day", "1400/01/01"),
            ("instant", "1400/01/01 10:00"),
        ):
            for operator in ("from", "to"):
                admin.found((all_kinds[kind], operator, operand))
        admin.found(
            (all_kinds["day"], "during", "this_month"), (all_kinds["day"], "anniversary", "this_month")
        )
        exported(admin, all_kinds.values())
        admin.edit(person, father_name="علی")


def test_filters_agree_with_the_values(admin, all_kinds):
    one = admin.person(**{all_kinds["whole"]: 5, all_kinds["day"]: "1400/01/02", all_kinds["yes_no"]: "1"})
    two = admin.person(
        **{all_kinds["whole"]: 50, all_kinds["text"]: "سلام دنیا", all_kinds["decimal"]: "2.50"}
    )
    assert admin.found((all_kinds["whole"], "from", "6")) == [two]
    assert admin.found((all_kinds["whole"], "is", "5")) == [one]
    assert admin.found((all_kinds["decimal"], "is", "2.5")) == [two]
    assert admin.found((all_kinds["day"], "is", "1400/01/02")) == [one]
    assert admin.found((all_kinds["day"], "to", "1400/01/01")) == []
    assert admin.found((all_kinds["day"], "years_from", "1")) == [one]
    assert admin.found((all_kinds["yes_no"], "is", "1")) == [one]
    assert admin.found((all_kinds["yes_no"], "is", "0")) == [two]
    assert admin.found((all_kinds["text"], "contains", "دنیا")) == [two]
    assert admin.found((all_kinds["text"], "empty", "")) == [one]
    assert admin.found(sort=all_kinds["whole"]) == [one, two]
    assert admin.found(sort=f"-{all_kinds['whole']}") == [two, one]


def test_the_database_keeps_unique_values_unique(admin):
    key = admin.key(admin.define("text", "شمارهٔ پرونده", title_en="File", unique_values="1"))
    first = admin.person(**{key: "الف-۱"})
    with pytest.raises(Invalid) as refusal:
        admin.person(**{key: "الف-۱"})
    assert refusal.value.problems[0].field == key
    second = admin.person(**{key: "الف-۲"})
    with pytest.raises(Invalid):
        admin.edit(second, **{key: "الف-۱"})
    admin.run("record.delete", resource="person", record_id=first)
    admin.edit(second, **{key: "الف-۱"})
    with pytest.raises(Refused, match="cannot be brought back"):
        admin.run("record.restore", resource="person", record_id=first)
    admin.edit(second, **{key: ""})
    admin.run("record.restore", resource="person", record_id=first)


def test_two_at_once_cannot_take_the_same_unique_value(admin):
    key = admin.key(admin.define("text", "شمارهٔ پرونده", title_en="File", unique_values="1"))
    runtime, outcomes = admin.runtime, []

    def make():
        try:
            values = {"last_name": "رضایی", key: "یکی"}
            outcomes.append(runtime.execute(admin.actor, "record.create", resource="person", values=values))
        except Invalid as refusal:
            outcomes.append(refusal)

    threads = [threading.Thread(target=make) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(one, int) for one in outcomes) == 1
    assert len(admin.found()) == 1


def test_a_field_becomes_unique_only_where_its_values_are(admin):
    number = admin.define("text", "کد", title_en="Code")
    key = admin.key(number)
    admin.person(**{key: "یک"})
    twin = admin.person(**{key: "یک"})
    with pytest.raises(Invalid, match="more than once"):
        admin.define("text", "کد", title_en="Code", field_id=number, unique_values="1")
    admin.edit(twin, **{key: "دو"})
    admin.define("text", "کد", title_en="Code", field_id=number, unique_values="1")
    with pytest.raises(Invalid):
        admin.person(**{key: "دو"})
    admin.run("user_field.retire", field_id=number)
    admin.owner("UPDATE kernel.party SET user_values = jsonb_build_object(CAST(:key AS text), 'یک')", key=key)
    with pytest.raises(Invalid):
        admin.run("user_field.restore", field_id=number)


def test_an_import_takes_equal_unique_values_for_the_same_record(admin):
    key = admin.key(admin.define("text", "کد مشتری", title_en="Client code", unique_values="1"))
    admin.person(**{key: "الف۷"})
    run = admin.import_csv("نام خانوادگی,Client code\nاحمدی,الف۷\nکریمی,ب۸\nنوری,ب۸\n")
    assert (run.created, run.skipped, run.refused) == (1, 2, 0)


def test_another_kind_is_refused_where_values_do_not_fit_and_else_converted(admin):
    number = admin.define("text", "سن سگ", title_en="Dog")
    key = admin.key(number)
    one, two = admin.person(**{key: "۱۲"}), admin.person(**{key: "پیر"})
    with pytest.raises(Invalid, match="1 records hold values") as refusal:
        admin.define("whole", "سن سگ", title_en="Dog", field_id=number)
    assert "پیر" in str(refusal.value.problems[0].message)
    assert admin.value(one, key) == "۱۲"
    admin.edit(two, **{key: "7"})
    admin.define("whole", "سن سگ", title_en="Dog", field_id=number)
    assert [admin.value(one, key), admin.value(two, key)] == [12, 7]
    with pytest.raises(Invalid):
        admin.define("whole", "سن سگ", title_en="Dog", field_id=number, most="10")
    admin.define("decimal", "سن سگ", title_en="Dog", field_id=number, places="1")
    assert admin.value(one, key) == Decimal(12)
    admin.define("text", "سن سگ", title_en="Dog", field_id=number)
    assert admin.value(one, key) == "12"


def test_search_finds_values_and_forgets_them_at_once_when_they_become_private(admin, make_user):
    number = admin.define("text", "نام قدیم", title_en="Former", searchable="1")
    key = admin.key(number)
    person = admin.person(**{key: "گلستانی"})
    assert admin.found(search="گلستان") == [person]
    admin.edit(person, last_name="نو")
    assert admin.found(search="گلستان") == [person]
    with admin.runtime.reading(admin.actor) as context:
        assert suggestions(context, context.runtime.resource("party"), "گلستان") == [(person, "نو")]
    admin.define("text", "نام قدیم", title_en="Former", field_id=number)
    assert admin.found(search="گلستان") == []
    admin.define("text", "نام قدیم", title_en="Former", field_id=number, searchable="1")
    rekey(admin.runtime, NoProgress(), resource="person")
    assert admin.found(search="گلستان") == [person]
    admin.run("user_field.retire", field_id=number)
    assert admin.found(search="گلستان") == []


def test_links_dangle_harmlessly_follow_merges_and_go_with_what_is_deleted(admin):
    key = admin.key(admin.define("link", "معرف", title_en="By", to="party"))
    friend, other = admin.person(last_name="دوست"), admin.person(last_name="دیگری")
    person = admin.person(**{key: str(friend)})
    assert admin.found((key, "is", str(friend))) == [person]
    admin.run("record.delete", resource="person", record_id=friend)
    admin.edit(person, father_name="علی", **{key: str(friend)})
    assert admin.value(person, key) == friend
    with pytest.raises(Invalid):
        admin.edit(other, **{key: str(friend)})
    admin.run("record.restore", resource="person", record_id=friend)
    with admin.runtime.system_work("merge", "test") as context:
        relink(context, "kernel.party", friend, other)
    assert admin.value(person, key) == other
    admin.run("record.delete", resource="person", record_id=other)
    admin.run("record.purge", resource="person", record_id=other)
    assert admin.value(person, key) is None


def test_two_edits_of_different_fields_lose_nothing(admin):
    one = admin.key(admin.define("text", "یک", title_en="One"))
    two = admin.key(admin.define("text", "دو", title_en="Two"))
    person = admin.person()
    runtime = admin.runtime
    barrier = threading.Barrier(2)

    def change(key):
        barrier.wait()
        runtime.execute(admin.actor, "record.edit", resource="person", record_id=person, values={key: key})

    threads = [threading.Thread(target=change, args=(key,)) for key in (one, two)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (admin.value(person, one), admin.value(person, two)) == (one, two)


def test_definitions_are_guarded_like_other_records(admin):
    number = admin.define("text", "الف", title_en="A", homes=("person", "organisation"))
    with pytest.raises(EditConflict):
        admin.define("text", "ب", title_en="B", field_id=number, version=99)
    with pytest.raises(Invalid):
        admin.define("text", "الف", homes=("organisation",))
    with pytest.raises(Refused):
        admin.run("user_field.purge", field_id=number, expected=0)
    made = admin.runtime.resource("organisation").by_name[admin.key(number)]
    assert made.schema() == {"type": "string", "maxLength": 200}


def test_rows_that_make_no_sense_rest(admin):
    for number, (kind, parameters) in enumerate(
        (("nonsense", "{}"), ("choice", '{"options": 7}'), ("link", "[]"))
    ):
        admin.owner(
            "INSERT INTO kernel.user_field (key, subject, resources, kind, title, parameters, default_value) VALUES"
            " (:key, 'kernel.party', '{person,gone.away}', :kind, :key, CAST(:parameters AS jsonb), '[1]')",
            key=f"u_bad{number}",
            kind=kind,
            parameters=parameters,
        )
    person = admin.person()
    assert admin.found() == [person]


def test_lists_with_many_fields_cost_the_same_number_of_queries(admin):
    from sqlalchemy import event

    keys = [admin.key(admin.define("text", f"فیلد {n}", title_en=f"Field {n}")) for n in range(12)]
    for _each in range(3):
        admin.person(**{keys[0]: "۱"})
    runtime = admin.runtime
    counts = []
    for columns in (("last_name",), ("last_name", *keys)):
        with runtime.reading(admin.actor) as context:
            seen = []
            engine = context.session.get_bind()
            event.listen(
                engine, "before_cursor_execute", lambda *arguments, seen=seen: seen.append(arguments)
            )
            page(context, runtime.resource("person"), ListQuery(columns=columns))
            counts.append(len(seen))
    assert counts[0] == counts[1]


def test_what_goes_with_a_plugin_is_what_speaks_of_it(admin):
    rows = (
        ("u_own", "hotel.room", "{hotel.room}", "text", "{}"),
        ("u_linking", "kernel.party", "{person}", "link", '{"to": "hotel.room"}'),
        ("u_other", "kernel.party", "{person}", "text", "{}"),
    )
    for key, subject, homes, kind, parameters in rows:
        admin.owner(
            "INSERT INTO kernel.user_field (key, subject, resources, kind, title, parameters)"
            " VALUES (:key, :subject, CAST(:homes AS text[]), :kind, :key, CAST(:parameters AS jsonb))",
            key=key,
            subject=subject,
            homes=homes,
            kind=kind,
            parameters=parameters,
        )
    (trace,) = [each for each in traces() if each.key == "user-fields"]
    with admin.engines.owner(admin.site).connect() as owner:
        found = owner.execute(
            text(f"SELECT key FROM {trace.table} WHERE {trace.where} ORDER BY key"), {"plugin": "hotel"}
        )
        assert list(found.scalars()) == ["u_linking", "u_own"]
