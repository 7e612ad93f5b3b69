"""The pages of edition and branding, and how a site tells its users of seats and terms."""

from __future__ import annotations

import io
import re
import struct
import zlib
from datetime import timedelta

import pytest
from sqlalchemy import text

from kernel.administration.editions import apply_edition, load_edition
from kernel.administration.editions.terms import set_term
from kernel.administration.palette import PALETTE, stylesheet
from kernel.extension.discovery import discover
from kernel.lifecycle.steps import Workshop
from kernel.resources.build import build_runtime
from tests.web.conftest import ALL, PASSWORD, Browser


@pytest.fixture(autouse=True)
def home(config, monkeypatch):
    monkeypatch.setenv("PEYVAND_HOME", str(config.home))


@pytest.fixture
def boss(sign_in):
    return sign_in("boss", administrator=True)


@pytest.fixture
def clerk(sign_in):
    return sign_in("clerk", ALL)


def change(site, engines, statement):
    with engines.owner(site).begin() as owner:
        owner.execute(text(statement))
        owner.execute(text("SELECT kernel.raise_epoch()"))


ADDRESSES = ("/administration/edition", "/administration/edition/base1", "/administration/branding")


@pytest.mark.parametrize("address", ADDRESSES)
def test_only_administrators_see_them(boss, clerk, address):
    assert boss.get(address).status_code == 200
    assert clerk.get(address).status_code == 403


def test_posts_are_for_administrators_too(clerk):
    for address in (*ADDRESSES[1:], "/administration/branding/logo", "/administration/edition/sign-out/1"):
        assert clerk.post(address).status_code == 403


def test_a_site_is_brought_to_another_edition_by_its_page(boss, site, engines):
    plan = boss.get("/administration/edition/base2").text
    assert "کاربر هم‌زمان" in plan
    assert "وظایف و کارتابل" in plan
    assert boss.post("/administration/edition/base2").status_code == 303
    page = boss.get("/administration/edition").text
    assert "بیس ۲" in page
    assert "boss" in page
    assert build_runtime(site, engines).edition.users_at_once == 4
    assert "کاری برای انجام نیست" in boss.get("/administration/edition/base2").text
    assert boss.get("/administration/edition/nothere").status_code == 404
    assert boss.get("/administration/edition/_roles").status_code == 404


def test_who_finds_no_seat_is_told_and_gets_in_when_one_is_freed(boss, sign_in, site, engines, wsgi):
    clerk = sign_in("clerk")
    change(site, engines, """UPDATE kernel.site_edition SET applied = '{"limits": {"users_at_once": 2}}'""")
    with pytest.raises(AssertionError, match="هم‌زمان فقط ۲ کاربر"):
        sign_in("late")
    with engines.owner(site).connect() as owner:
        number = owner.execute(
            text("SELECT id FROM kernel.user_account WHERE username = 'clerk'")
        ).scalar_one()
    assert boss.post(f"/administration/edition/sign-out/{number}").status_code == 303
    assert clerk.get("/").status_code == 302
    late = Browser(wsgi, site.hosts[0])
    assert late.post("/sign-in", {"username": "late", "password": PASSWORD}).status_code == 303


def create(browser, name):
    return browser.post("/persons/new", {"first_name": name, "last_name": f"{name}زاده"})


def test_a_site_tells_of_its_end_and_stays_readable(clerk, boss, site, engines):
    now = build_runtime(site, engines)
    today = now.clock().astimezone(site.time_zone).date()
    assert create(clerk, "مینا").status_code == 303
    set_term(now, today + timedelta(days=3), 7)
    assert "دوره این سامانه تا" in clerk.get("/").text
    set_term(now, today - timedelta(days=3), 7)
    assert "پایان یافت. تا" in clerk.get("/").text
    assert create(clerk, "بهرام").status_code == 303
    set_term(now, today - timedelta(days=30), 7)
    for address in (
        "/",
        "/persons",
        "/search?q=راد",
        "/account",
        "/persons/export?format=xlsx",
        "/persons/export?format=csv",
    ):
        assert clerk.get(address).status_code == 200, address
    shown = clerk.get("/persons").text
    assert "/persons/export" in shown
    for offer in ("/persons/new", "/persons/import"):
        assert offer not in shown, "nothing is offered that would be refused"
    one = re.search(r"/persons/\d+", shown)
    assert one is not None
    number = one.group().split("/")[-1]
    page = clerk.get(one.group()).text
    for offer in (f"/people/{number}/relation", f"/people/{number}/post", "/edit", "/field/"):
        assert offer not in page, "nothing is offered that would be refused"
    for form in (
        "/persons/new",
        "/persons/import",
        "/segments/new/person",
        "/groups/organisation/add",
        "/base-data/positions/add",
        f"/people/{number}/relation",
        f"/people/{number}/post",
        *(f"{one.group()}/{what}" for what in ("edit", "merge", "field/last_name", "notes/1")),
    ):
        answer = clerk.get(form)
        assert answer.status_code == 422, "a form that could not be saved is not opened by its address either"
        assert "دوره این سامانه در" in answer.text
    assert "/persons/new" not in clerk.get("/search/palette?q=شخص").text
    refused = create(clerk, "کاوه")
    assert refused.status_code == 422
    assert "چیزی ذخیره نشد: دوره این سامانه در ۱۴" in refused.text
    assert "کاوه" in refused.text, "what was entered is still in the form"
    upload = {"file": (io.BytesIO("نام\nمینا".encode()), "people.csv")}
    assert clerk.post("/persons/import", upload).status_code == 422
    assert boss.get("/administration/edition").status_code == 200
    set_term(now, today + timedelta(days=300))
    assert create(clerk, "کاوه").status_code == 303
    assert "/persons/new" in clerk.get("/persons").text
    assert "دوره این سامانه" not in clerk.get("/").text


def png(width=2, height=2):
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(b"\0" + b"\x10\x20\x30" * width for _row in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def send(browser, which, content, name):
    return browser.post(
        f"/administration/branding/{which}", {"picture": (io.BytesIO(content), name)}, follow_redirects=True
    ).text


def test_a_site_shows_its_own_name_words_colour_and_pictures_before_anybody_signs_in(boss, nobody):
    values = {"name": "باغ <b>سیب</b>", "accent": "green", "slogan": "خوش آمدید", "slogan_note": ""}
    assert boss.post("/administration/branding", values).status_code == 303
    assert "ذخیره شد" in send(boss, "logo", png(), "logo.png")
    assert "ذخیره شد" in send(boss, "icon", png(), "icon.png")
    page = nobody.get("/sign-in").text
    assert "باغ &lt;b&gt;سیب&lt;/b&gt;" in page
    assert "خوش آمدید" in page
    colours = nobody.link(page, "colours.css")
    answer = nobody.get(colours)
    assert answer.text == stylesheet("green")
    assert answer.mimetype == "text/css"
    assert "immutable" in answer.headers["Cache-Control"]
    assert nobody.get("/brand/colours.css?v=1").headers["Cache-Control"] == "no-cache"
    logo = nobody.get(nobody.link(page, "/brand/logo", attribute="src"))
    assert (logo.data, logo.mimetype) == (png(), "image/png")
    assert nobody.get("/brand/icon").data == png()
    assert "باغ &lt;b&gt;سیب" in boss.get("/persons").text
    boss.post("/administration/branding/logo", {"do": "remove"})
    assert nobody.get("/brand/logo").status_code == 404


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "logo.png"),
        (b"<html><script>alert(1)</script>", "logo.png"),
        (png(), "logo.svg"),
        (b"GIF89a" + bytes(20), "logo.gif"),
        (b"", "logo.png"),
        (b"\x89PNG\r\n\x1a\n" + bytes(600 * 1024), "logo.png"),
    ],
)
def test_what_is_no_picture_or_too_large_is_refused(boss, nobody, content, name):
    shown = send(boss, "logo", content, name)
    assert "PNG، JPEG یا WebP انتخاب کنید" in shown or "کیلوبایت است" in shown
    assert nobody.get("/brand/logo").status_code == 404


def test_a_colour_that_the_palette_does_not_have_is_refused(boss, nobody):
    answer = boss.post("/administration/branding", {"accent": "red;}body{display:none"})
    assert answer.status_code == 422
    assert nobody.get("/brand/colours.css").text == ""


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", PALETTE)
def test_every_colour_can_be_read_in_light_and_dark(name):
    colour = PALETTE[name]
    for shade, canvas in ((colour.light, "#ffffff"), (colour.dark, "#14161b")):
        pairs = [
            (shade.on_accent, shade.accent),
            (shade.accent, canvas),
            (shade.ink, canvas),
            (shade.ink, shade.soft),
            (shade.ink, shade.selected),
        ]
        assert min(contrast(*pair) for pair in pairs) >= 4.5


def test_the_branding_survives_another_edition(boss, site, engines):
    boss.post("/administration/branding", {"name": "باغ", "accent": "teal"})
    apply_edition(Workshop(site, engines, discover()), load_edition_of("base1"), ACTOR)
    assert build_runtime(site, engines).branding.name == "باغ"


class ACTOR:
    user_id, name = 0, "test"


def load_edition_of(name):
    from kernel.data.config import Config

    return load_edition(Config.from_env(), name)
