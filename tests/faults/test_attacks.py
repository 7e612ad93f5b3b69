"""Attacks on the pages: markup in every field, headers by file names, formulas, forged and endless requests."""

from __future__ import annotations

import csv
import io
import logging
import re
from urllib.parse import quote

import openpyxl
import pytest

from kernel.access import links, signin
from kernel.data.site import Site
from kernel.resources.importing import run_import
from kernel.resources.runtime import Runtime
from kernel.web.wsgi import PeyvandWSGI
from plugins.medical.tests.conftest import Clinic
from tests.faults.test_every_route import Scene
from tests.faults.test_strange_input import fields_of
from tests.web.conftest import PASSWORD, Browser, SignIn

MARKUP = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}"
WITH_A_SECRET = {"/in/<secret>", "/leave/<token>"}
"""Addresses that no browser is meant to send to: the secret in them stands for the token."""
PROGRAMS = "/api/"
"""Addresses that take a token in a header and no cookie, so that no browser can be made to send to them."""
RUNS = re.compile(r"<script>alert|<img src=x")
FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", '=HYPERLINK("http://x")')


def clean_pages(browser: Browser, *addresses: str) -> None:
    for address in addresses:
        page = browser.get(address, follow_redirects=True)
        assert page.status_code == (422 if "?f.%3C" in address else 200), address
        assert not RUNS.search(page.text), address
        assert "49" not in page.text.partition("&#34;&#39;&gt;&lt;script&gt;")[2][:200], address


def test_markup_in_every_text_is_shown_as_text_on_every_page(
    desk: Browser, clinic: Clinic, sign_in: SignIn
) -> None:
    texts = {
        "first_name": MARKUP,
        "last_name": MARKUP,
        "father_name": MARKUP,
        "note": MARKUP,
        "nickname": MARKUP,
    }
    names = fields_of(desk.get("/persons/new").text)
    person = desk.made("/persons/new", **{name: text for name, text in texts.items() if name in names})
    desk.post(f"{person}/notes", {"body": MARKUP})
    desk.post(f"{person}/files", {"file": (io.BytesIO(b"x"), "<img src=x onerror=alert(1)>.txt")})
    firm = desk.made("/organisations/new", name=MARKUP)
    service = desk.made("/medical/services/new", title=MARKUP, minutes="20", active="1")
    clinic.run("record.edit", resource="medical.doctor", record_id=clinic.doctors[0], values={"name": MARKUP})
    visit = clinic.run(
        "medical.book",
        doctor=clinic.doctors[0],
        patient=int(person.rpartition("/")[2]),
        service=int(service.rpartition("/")[2]),
        starts_at="2026-11-21 9:00",
        note=MARKUP,
    )
    found = quote("<script>")
    clean_pages(
        desk,
        *(
            "/",
            "/persons",
            "/organisations",
            f"/persons?q={found}",
            f"/search?q={found}",
            f"/palette?q={found}",
        ),
        *(person, f"{person}/edit", f"{person}?tab=history", f"{person}?tab=files", firm, f"{firm}/edit"),
        *(f"/persons/suggest?q={found}", f"/organisations/suggest?q={found}", "/persons/bin"),
        *(f"/medical/visits/{visit}", f"/medical/visits/{visit}/move", f"/medical/visits/{visit}/cancel"),
        *("/medical/day?date=1405/08/30", "/medical/doctors", "/medical/services", "/medical/appointments"),
        *(f"/medical/appointments/{visit}", f"/medical/book?doctor={clinic.doctors[0]}", service),
        f"/persons?sort={found}",
        f"/persons?f.last_name.contains={found}",
        f"/persons?f.{found}.is=1",
        f"/persons/new?last_name={quote(MARKUP)}",
    )
    desk.post(f"{person}/edit", {"last_name": "کریمی"})
    assert not RUNS.search(desk.post("/persons/new", dict.fromkeys(names, MARKUP)).text)
    assert not RUNS.search(desk.post(f"{firm}/delete", follow_redirects=True).text)
    clean_pages(desk, f"{person}?tab=history", "/organisations/bin", "/")
    boss = sign_in(MARKUP[:60].replace("/", ""), administrator=True)
    clean_pages(
        boss, "/", "/account", "/administration/users", "/administration/doctor", "/administration/jobs"
    )


def test_markup_in_an_imported_file(desk: Browser, runtime: Runtime) -> None:
    content = io.StringIO()
    csv.writer(content).writerows(
        [("نام", "نام خانوادگی", MARKUP), (MARKUP, MARKUP, MARKUP), ("الف", "", MARKUP)]
    )
    sent = {"file": (io.BytesIO(content.getvalue().encode()), "<img src=x onerror=alert(1)>.csv")}
    run = desk.post("/persons/import", sent).headers["Location"].removesuffix("/columns")
    clean_pages(desk, f"{run}/columns", "/persons/import")
    desk.post(f"{run}/columns", {"column-0": "first_name", "column-1": "last_name", "column-2": "mobile"})
    clean_pages(desk, run)
    desk.post(f"{run}/begin")
    clean_pages(desk, run)
    run_import(runtime, int(run.rpartition("/")[2]))
    clean_pages(desk, run, "/persons", "/")


def test_a_file_name_reaches_no_header_and_no_folder(desk: Browser) -> None:
    person = desk.made("/persons/new", last_name="کریمی")
    for name in (
        "a\r\nSet-Cookie: x=1.txt",
        "../../../etc/passwd",
        "..\\..\\boot.ini",
        'a";b.txt',
        "a\x00b.txt",
    ):
        desk.post(f"{person}/files", {"file": (io.BytesIO(name.encode()), name)})
    page = desk.get(f"{person}?tab=files").text
    addresses = sorted(set(re.findall(rf'"({person}/files/\d+)"', page)))
    assert len(addresses) >= 3
    for address in addresses:
        answer = desk.get(address)
        told = answer.headers["Content-Disposition"]
        assert told.startswith("attachment")
        assert not re.search(r"[\r\n\x00]|\.\./|\\\.\.", told)
        assert "Set-Cookie: x" not in str(answer.headers)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        ("picture.png", b"<svg onload=alert(1)></svg>"),
        ("page.html", b"<!doctype html><script>alert(1)</script>"),
        ("page.txt", b"<html><script>alert(1)</script></html>"),
        ("photo.jpg", b"<script>alert(1)</script>"),
    ],
)
def test_what_a_browser_would_run_is_not_stored(desk: Browser, name: str, content: bytes) -> None:
    person = desk.made("/persons/new", last_name="کریمی")
    desk.post(f"{person}/files", {"file": (io.BytesIO(content), name)})
    page = desk.get(f"{person}?tab=files").text
    assert "notice bad" in page
    assert not re.search(rf"{person}/files/\d+", page)


def test_formulas_leave_as_text(desk: Browser) -> None:
    for place, text in enumerate(FORMULAS):
        desk.made("/persons/new", first_name=text, last_name=f"صفحه{place}", _anyway="1")
    answer = desk.get("/persons/export?format=csv&cols=display_name,first_name,last_name")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) == len(FORMULAS) + 1
    assert not [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r")]
    book = openpyxl.load_workbook(io.BytesIO(desk.get("/persons/export?format=xlsx").data))
    assert not [cell for row in book.active.iter_rows() for cell in row if cell.data_type == "f"]


def test_no_change_without_the_token(sign_in: SignIn, wsgi: PeyvandWSGI, site: Site) -> None:
    """Every address that takes a change, with htmx and without by turns, before it looks at what is asked."""
    boss = sign_in("boss", administrator=True)
    person = boss.made("/persons/new", last_name="کریمی")
    asked = 0
    for place, rule in enumerate(wsgi.application(site).url_map.iter_rules()):
        if "POST" not in (rule.methods or ()) or rule.rule in WITH_A_SECRET or rule.rule.startswith(PROGRAMS):
            continue
        address = Scene(1, {}).address(rule, absent=False)
        answer = boss.post(address, {"last_name": "x", "value": "x"}, token="", htmx=bool(place % 2))
        assert answer.status_code == 400, rule.rule
        asked += 1
    assert asked > 100
    assert "کریمی" in boss.get(person).text


def test_secrets_reach_no_log(
    sign_in: SignIn,
    nobody: Browser,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Passwords right and wrong, codes, links and cookies, in requests that succeed, are refused and break down."""
    boss = sign_in("boss", administrator=True)
    new, wrong, code, link = "گل-سرخ-باغ-۷-تازه", "گذرواژه-نادرست-۵", "731946", "Xq7" * 12
    with caplog.at_level(logging.DEBUG):
        assert nobody.post("/sign-in", {"username": "boss", "password": wrong}).status_code == 422
        boss.post("/account/password", {"old_password": wrong, "password": new, "again": new})
        nobody.post("/sign-in/code", {"code": code})
        boss.post("/administration/settings/mail", {"password": new, "port": "x"})
        with monkeypatch.context() as broken:
            broken.setattr(links, "LONGEST_TOKEN", "no number")
            assert nobody.get(f"/set-password/{link}").status_code == 500
            broken.setattr(signin, "change_password", None)
            changed = {"old_password": PASSWORD, "password": new, "again": new}
            assert boss.post("/account/password", changed).status_code == 500
        assert boss.post("/account/password", changed).status_code == 303
    printed = capsys.readouterr()
    told = caplog.text + printed.out + printed.err
    assert "TypeError" in told
    cookie = boss.client.get_cookie("peyvand", boss.host)
    assert cookie is not None
    assert [secret for secret in (PASSWORD, new, wrong, code, link, cookie.value) if secret in told] == []


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example"]
)
def test_no_address_leads_to_another_site(desk: Browser, nobody: Browser, target: str) -> None:
    person = desk.made("/persons/new", last_name="کریمی")
    answers = [
        desk.get("/sign-in", query_string={"next": target}),
        desk.post(f"{person}/edit", {"last_name": "کریمی", "_in": target}),
        desk.post("/persons/bulk", {"do": "delete", "id": person.split("/")[-1], "back": target}),
    ]
    refused = desk.post("/persons/bulk", {"do": "delete", "id": "999999", "back": target})
    assert "evil" not in refused.text
    assert re.match(r"/(?![/\\])", refused.headers.get("Location", "/"))
    for answer in answers:
        assert answer.status_code == 303
        assert re.match(r"/(?![/\\])", answer.headers["Location"])
    assert f'value="{target}"' not in nobody.get("/sign-in", query_string={"next": target}).text


def test_the_cookie_of_another_site_is_nobodys(desk: Browser, wsgi: PeyvandWSGI, site: Site) -> None:
    assert desk.get("/persons").status_code == 200
    stolen = desk.client.get_cookie("peyvand", "localhost") or desk.client.get_cookie("peyvand", desk.host)
    assert stolen is not None
    forged = Browser(wsgi, site.hosts[0])
    forged.client.set_cookie("peyvand", stolen.value[:-3] + "AAA", domain=stolen.domain)
    assert forged.get("/persons").status_code == 302


def test_a_text_without_end_is_refused_beside_its_field(desk: Browser) -> None:
    for name in ("last_name", "father_name"):
        answer = desk.post("/persons/new", {"first_name": "سارا", name: "س" * 500_000})
        assert answer.status_code == 422
        assert 'class="error"' in answer.text
    answer = desk.post("/persons/new", {"first_name": "سارا", "note": "x" * 5_000_000})
    assert answer.status_code == 413
    assert "سارا" not in desk.get("/persons").text


def test_a_note_without_end(desk: Browser) -> None:
    person = desk.made("/persons/new", last_name="کریمی")
    assert desk.post(f"{person}/notes", {"body": "س" * 1_000_000}).status_code < 500
    assert len(desk.get(person).data) < 1_000_000


def test_wildcards_without_end_are_plain_letters(desk: Browser) -> None:
    desk.made("/persons/new", last_name="کریمی")
    for typed in ("%" * 10_000, "_" * 10_000, "\\" * 9_999, "%_\\" * 3_000, "ک%ی"):
        for address in ("/persons", "/search", "/palette", "/persons/suggest"):
            answer = desk.get(address, query_string={"q": typed})
            assert answer.status_code == 200
            assert "<bdi>کریمی</bdi>" not in answer.text


@pytest.mark.parametrize("limit", ["0", "-5", "1000000", "9" * 4000, "x", "1.5"])
def test_a_page_has_a_largest_size(desk: Browser, limit: str) -> None:
    desk.made("/persons/new", last_name="کریمی")
    page = desk.get(f"/persons?limit={limit}")
    assert page.status_code == 200
    assert "کریمی" in page.text


def test_a_cursor_of_another_list_or_order_is_told(desk: Browser) -> None:
    for number in range(3):
        desk.made(
            "/persons/new", last_name=f"کریمی {'ابپ'[number]}", mobile=f"0912123450{number}", _anyway="1"
        )
    after = re.search(r"after=([\w-]+)", desk.get("/persons?limit=1&sort=-mobile").text)
    assert after
    for address in ("/persons?", "/persons?sort=mobile&", "/organisations?", "/medical/appointments?"):
        for cursor in (after[1], after[1][:-4], after[1] + "AAAA", "e30", "W10", "A" * 9000, "%00"):
            assert desk.get(f"{address}after={cursor}").status_code == 200, (address, cursor)


def test_columns_and_sorts_show_no_more_than_the_page_does(desk: Browser) -> None:
    desk.made("/persons/new", last_name="کریمی", mobile="09121112233")
    for name in (
        "password_hash",
        "search_private",
        "search_key",
        "created_by",
        "__class__",
        "owner.password",
    ):
        for argument in (f"cols={name}", f"sort={name}", f"f.{name}.is=1", f"f.{name}.contains=0"):
            page = desk.get(f"/persons?{argument}")
            refused = argument.startswith("f.")
            assert page.status_code == (422 if refused else 200)
            assert refused or 'class="notice bad"' in page.text, argument
            assert not refused or "کریمی" not in page.text, argument
    assert "09121112233" not in desk.get("/persons?cols=search_private").text
