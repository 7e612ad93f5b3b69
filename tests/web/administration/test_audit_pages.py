"""The page of the audit: what is done stands there in words; only for administrators; the head as a file."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text

from kernel.access.actor import SYSTEM
from kernel.lifecycle.seals.sealing import set_seals
from tests.web.conftest import ALL

PAGE = "/administration/audit"


@pytest.fixture
def told(engines, site):
    def ask(what):
        with engines.owner(site).connect() as owner:
            statement = text(
                "SELECT detail, record_id FROM kernel.audit_entry WHERE what = :what ORDER BY id"
            )
            return [tuple(row) for row in owner.execute(statement, {"what": what})]

    return ask


def test_exports_purges_and_ended_sessions_are_written_down(sign_in, boss, told, runtime, make_user, nobody):
    sara = sign_in("sara", ALL)
    maker = make_user("maker", administrator=True)
    number = runtime.execute(maker, "record.create", resource="person", values={"last_name": "Rad"})
    assert sara.get("/persons/export?format=csv").status_code == 200
    assert told("record.export") == [
        ({"kind": "person", "format": "csv", "ticked": None, "filtered": False}, None)
    ]
    runtime.execute(maker, "record.delete", resource="person", record_id=number)
    runtime.execute(maker, "record.purge", resource="person", record_id=number)
    assert told("record.purge") == [({"kind": "person"}, number)]
    nobody.sign_in("sara")
    session = sara._only(r"/account/sessions/(\d+)/end", sara.get("/account").text)
    sara.post(f"/account/sessions/{session}/end")
    assert told("session.end") == [({}, int(session))]
    page = boss.get(PAGE).text
    assert "خروجی گرفتن از رکوردها" in page
    assert "یکی از نشست‌های خود را پایان داد" in page
    narrowed = boss.get(f"{PAGE}?group=gone").text
    assert f"#{number}" in narrowed
    assert "session.end" not in narrowed
    assert "این‌جا چیزی ثبت نشده است" in boss.get(f"{PAGE}?until=1400/01/01").text


def test_who_may_not_export_leaves_no_word_of_an_export(sign_in, told):
    sara = sign_in("sara", {("person", "view"): "all", ("party", "view"): "all"})
    assert sara.get("/persons/export?format=csv").status_code in (403, 404)
    assert told("record.export") == []


def test_older_pages_follow_by_key(boss, engines, site):
    with engines.owner(site).begin() as owner:
        owner.execute(
            text(
                "INSERT INTO kernel.audit_entry (at, actor_id, what, record_id)"
                " SELECT now(), 0, 'test', i FROM generate_series(1001, 1060) i"
            )
        )
    first = boss.get(PAGE).text
    assert "#1060<" in first
    assert "#1005<" not in first
    before = boss._only(r"before=(\d+)", first)
    second = boss.get(f"{PAGE}?before={before}").text
    assert "#1005<" in second
    assert "#1060<" not in second


def test_the_head_is_for_administrators(boss, sign_in, runtime, told):
    sara = sign_in("sara", ALL)
    assert sara.get(PAGE).status_code in (403, 404)
    assert sara.post(f"{PAGE}/head").status_code in (403, 404)
    assert boss.post(f"{PAGE}/head").status_code == 303
    with runtime.writing(SYSTEM("test"), "seal") as context:
        set_seals(context)
    answer = boss.post(f"{PAGE}/head")
    assert answer.status_code == 200
    head = json.loads(answer.data)
    assert head["number"] >= 1
    assert len(head["hash"]) == 64
    assert len(told("audit.head")) == 1
