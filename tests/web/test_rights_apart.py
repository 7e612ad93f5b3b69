"""Restoring, printing, reporting, merging, sending: each is a right of its own, asked of the record, its button hidden."""

from __future__ import annotations

import re
import runpy

import pytest
from sqlalchemy import select, text, update

from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.editions import SiteEditionRow
from kernel.lifecycle.migrate import KERNEL_MIGRATIONS
from kernel.parties.models import Party
from kernel.parties.sending import may_send, sendable
from kernel.resources.runtime import Runtime
from kernel.testing.plugin import MakeUser
from tests.web.conftest import ALL, SignIn


@pytest.fixture
def others(sign_in: SignIn) -> list[str]:
    """Addresses of two women and a man of the office's."""
    office = sign_in("office", ALL)
    people = (("مینا", "female"), ("رویا", "female"), ("امید", "male"))
    return [office.made("/persons/new", first_name=name, last_name="راد", gender=sex) for name, sex in people]


def test_who_may_delete_may_not_bring_back(sign_in: SignIn, others: list[str]) -> None:
    number = others[0].rpartition("/")[2]
    clerk = sign_in("clerk", {("party", action): "all" for action in ("view", "delete")})
    clerk.post(f"{others[0]}/delete")
    assert "/persons/bin" not in clerk.get("/persons").text
    assert clerk.get("/persons/bin").status_code == 403
    assert clerk.post("/persons/bin/act", {"do": "restore", "id": number}).status_code == 403
    keeper = sign_in("keeper", {("party", action): "all" for action in ("view", "restore")})
    assert "/persons/bin" in keeper.get("/persons").text
    page = keeper.get("/persons/bin").text
    assert 'value="restore"' in page
    assert 'value="purge"' not in page
    assert keeper.post("/persons/bin/act", {"do": "purge", "id": number}).status_code == 403
    keeper.post("/persons/bin/act", {"do": "restore", "id": number})
    assert keeper.get(others[0]).status_code == 200


def test_bringing_back_is_asked_of_the_very_record(sign_in: SignIn, others: list[str]) -> None:
    rights = {("party", action): "all" for action in ("view", "create", "edit", "delete")}
    clerk = sign_in("clerk", rights | {("party", "restore"): "own"})
    mine = clerk.made("/persons/new", last_name="کیا")
    numbers = [address.rpartition("/")[2] for address in (mine, others[0])]
    for address in (mine, others[0]):
        clerk.post(f"{address}/delete")
    page = clerk.post("/persons/bin/act", {"do": "restore", "id": numbers})
    assert "مینا راد" in page.text
    assert clerk.get(mine).status_code == 200
    assert clerk.get(others[0]).status_code == 404


def test_records_of_every_kind_are_printed_by_right(sign_in: SignIn) -> None:
    groups = {("party_group", action): "all" for action in ("view", "create", "edit")}
    clerk = sign_in("clerk", ALL | groups)
    group = clerk.made("/person-groups/new", name="هم‌سفران")
    assert f"{group}/print" not in clerk.get(group).text
    assert clerk.get(f"{group}/print").status_code == 403
    printer = sign_in("printer", ALL | groups | {("party_group", "print"): "all"})
    assert f"{group}/print" in printer.get(group).text
    assert "هم‌سفران" in printer.get(f"{group}/print").text


def test_totals_count_what_one_may_report_on(sign_in: SignIn, others: list[str]) -> None:
    clerk = sign_in("clerk", ALL)
    assert "/persons/report" not in clerk.get("/persons").text
    assert clerk.get("/persons/report?group=gender").status_code == 403
    rights = {("party", action): "all" for action in ("view", "create", "edit")}
    own = sign_in("own", rights | {("party", "report"): "own"})
    own.made("/persons/new", last_name="کیا", gender="male")
    assert rows_of(own.get("/persons/report?group=gender").text) == {"مرد": "۱", "جمع کل": "۱"}
    head = sign_in("head", rights | {("party", "report"): "all"})
    assert "/persons/report" in head.get("/persons").text
    assert rows_of(head.get("/persons/report?group=gender").text) == {"زن": "۲", "مرد": "۲", "جمع کل": "۴"}
    narrowed = head.get("/persons/report?group=gender&f.gender.is=male&q=راد").text
    assert rows_of(narrowed) == {"مرد": "۱", "جمع کل": "۱"}
    assert head.get("/persons/report?group=national_code").status_code == 422


def rows_of(page: str) -> dict[str, str]:
    """Give the first two cells of each line of the totals."""
    found = {}
    for line in re.findall(r"<tr id.*?</tr>", page, re.S):
        cells = [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", line, re.S)]
        found[cells[0]] = cells[1]
    return found


def test_merging_and_telling_apart_are_asked_of_both(sign_in: SignIn, others: list[str]) -> None:
    rights = {("party", action): "all" for action in ("view", "create", "edit", "delete")}
    clerk = sign_in("clerk", rights | {("party", "merge"): "own"})
    mine = clerk.made("/persons/new", last_name="کیا")
    assert f"{mine}/merge" in clerk.get(mine).text
    assert f"{others[0]}/merge" not in clerk.get(others[0]).text
    assert clerk.get(f"{others[0]}/merge").status_code == 403
    number = others[0].rpartition("/")[2]
    assert clerk.get(f"{mine}/merge?with={number}").status_code == 403


def test_who_may_send_to_whom(
    runtime: Runtime, make_user: MakeUser, sign_in: SignIn, others: list[str]
) -> None:
    rights = {("party", action): "all" for action in ("view", "create", "edit")}
    clerk = sign_in("clerk", rights | {("party", "send"): "own"})
    mine = int(clerk.made("/persons/new", last_name="کیا").rpartition("/")[2])
    other = int(others[0].rpartition("/")[2])
    user = make_user("sender", rights | {("party", "send"): "all"})
    silent = make_user("silent", rights)
    for actor, wanted in ((user, [other, mine]), (silent, [])):
        with runtime.reading(actor) as context:
            assert may_send(context, [other, 999_999, mine, other]) == wanted
            found = context.session.query(Party.id).where(sendable(context), Party.id.in_((mine, other)))
            assert sorted(row[0] for row in found) == sorted(wanted)


def test_patterns_of_before_keep_what_they_let_do(site: Site, engines: Engines) -> None:
    found = KERNEL_MIGRATIONS / "versions" / "0020_rights_and_scopes.py"
    migration = runpy.run_path(str(found))
    before = [["party", "delete", "own"], ["party", "view", "all"], ["hotel.stay", "view", "own"]]
    after = [*before, ["party", "restore", "own"], ["hotel.stay", "print", "own"]]
    with engines.owner(site).connect() as owner:
        pattern = owner.execute(
            text("INSERT INTO kernel.pattern (name, title) VALUES ('x', 'x') RETURNING id")
        )
        number = pattern.scalar_one()
        for row in before:
            values = dict(zip("ras", row, strict=True), id=number)
            owner.execute(text("INSERT INTO kernel.access_grant VALUES (:id, :r, :a, :s)"), values)
        owner.execute(
            update(SiteEditionRow).values(applied={"name": "x", "patterns": {"x": before, "y": []}})
        )
        for name in ("GRANTS", "SNAPSHOTS", "GRANTS", "SNAPSHOTS"):
            owner.exec_driver_sql(migration[name].replace("%", "%%"))
        rows = text("SELECT resource, action, scope FROM kernel.access_grant WHERE pattern_id = :id")
        assert sorted(list(row) for row in owner.execute(rows, {"id": number})) == sorted(after)
        applied = owner.execute(select(SiteEditionRow.applied)).scalar_one()
        assert applied == {"name": "x", "patterns": {"x": sorted(after), "y": []}}
        owner.rollback()
