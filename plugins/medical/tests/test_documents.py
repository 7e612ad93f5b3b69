"""The turn card: what it holds, for whom, and that it is printed."""

from __future__ import annotations

import io

import pypdf
import pytest

from kernel.documents.designs.kinds import document_kinds
from kernel.documents.designs.making import page_document, record_values
from kernel.documents.engine import make_pdf
from kernel.resources.errors import NotFound
from plugins.medical.tests.conftest import Clinic


def test_a_card_says_who_comes_when_to_whom_and_carries_a_barcode(clinic: Clinic) -> None:
    number = clinic.book("2026-11-21T09:30:00+03:30")
    kind = document_kinds(clinic.runtime)["medical.turn_card"]
    with clinic.runtime.reading(clinic.administrator) as context:
        values = record_values(context, kind, number)
        document = page_document(context, kind, "fa", [values])
        with pytest.raises(NotFound):
            record_values(context, kind, number + 1000)
    content = io.BytesIO()
    assert make_pdf(document, content) == 1
    page = pypdf.PdfReader(content).pages[0]
    assert round(float(page.mediabox.width) * 25.4 / 72) == 105
    text = page.extract_text()
    assert "کارت نوبت" in text
    assert "آبان" in text
    assert f"{values['appointment']['starts']:%H:%M}" == "09:30"
    assert values["patient"]["name"].split()[0] in text
    assert document.spare is None
