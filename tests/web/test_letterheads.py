"""Letterheads: words and logo of each language, on letters and in the preview."""

from __future__ import annotations

import base64
import io

import pytest

from kernel.documents.designs.reading import common_values, files_of
from tests.web.conftest import Browser, SignIn

HEADS = "/printing/letterheads"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def designer(sign_in: SignIn) -> Browser:
    return sign_in("designer", {("document_layout", "edit"): "all", ("print_run", "create"): "all"})


def values(runtime, language):
    with runtime.system_work("test", "letterheads") as context:
        return common_values(context, language)["own"], files_of(context, language)


def test_a_letterhead_is_chosen_for_each_language(designer, runtime) -> None:
    given = {"name": "شرکت نیکان", "header": "شماره ثبت ۱۲۳\n\nسهامی خاص", "footer": "تهران، خیابان ولیعصر"}
    assert designer.post(f"{HEADS}/fa", given).status_code == 303
    own, _files = values(runtime, "fa")
    assert own["name"] == "شرکت نیکان"
    assert own["lines"] == ["شماره ثبت ۱۲۳", "سهامی خاص"]
    assert own["address"] == ["تهران، خیابان ولیعصر"]
    other, _files = values(runtime, "en")
    assert other["name"] != "شرکت نیکان"
    assert other["lines"] == []
    assert "شرکت نیکان" in designer.get(HEADS).text
    designer.post(f"{HEADS}/fa", {"name": "", "header": "", "footer": ""})
    assert values(runtime, "fa")[0]["name"] == other["name"]


def test_a_logo_is_a_picture_and_stands_on_letters(designer, runtime) -> None:
    logo = {"picture": (io.BytesIO(PNG), "logo.png")}
    assert designer.post(f"{HEADS}/en/logo", logo).status_code == 303
    own, files = values(runtime, "en")
    assert own["logo"] is True
    assert files["logo"] == PNG
    assert values(runtime, "fa")[1] == {}
    for content, name in (
        (b"<svg onload=alert(1)>", "logo.svg"),
        (b"%PDF-1.4", "logo.png"),
        (b"", "logo.png"),
    ):
        designer.post(f"{HEADS}/en/logo", {"picture": (io.BytesIO(content), name)})
        assert values(runtime, "en")[1]["logo"] == PNG
    designer.post(f"{HEADS}/en/logo", {"do": "remove"})
    assert values(runtime, "en")[1] == {}


def test_the_preview_is_a_pdf_with_the_letterhead(designer) -> None:
    designer.post(f"{HEADS}/fa", {"name": "شرکت نیکان", "header": "سهامی خاص", "footer": "تهران"})
    answer = designer.get(f"{HEADS}/fa.pdf")
    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF")
    assert designer.get(f"{HEADS}/de.pdf").status_code == 404


def test_what_is_too_long_is_refused_and_who_may_not_is_kept_out(designer, sign_in) -> None:
    answer = designer.post(f"{HEADS}/fa", {"name": "ن" * 200, "header": "", "footer": ""})
    assert answer.status_code == 422
    assert 'id="fa-name-error"' in answer.text
    assert designer.post(f"{HEADS}/de", {"name": "x"}).status_code == 404
    clerk = sign_in("clerk", {("print_run", "create"): "all"})
    assert clerk.get(HEADS).status_code == 403
    assert clerk.get(f"{HEADS}/fa.pdf").status_code == 403
    assert clerk.post(f"{HEADS}/fa", {"name": "x"}).status_code == 403
