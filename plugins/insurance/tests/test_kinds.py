"""Plates, chassis numbers and years, as people write them."""

from __future__ import annotations

import pytest

from kernel.api import fields
from kernel.fa.digits import to_persian_digits
from kernel.resources.errors import Invalid
from plugins.insurance.kinds import Hour, InsurerLink, Plate
from plugins.insurance.models import Policy
from plugins.insurance.tests.conftest import Agency

CAR = {"line": "third_party"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("12ب345-67", "12ب345-67"),
        ("۱۲ ب ۳۴۵ ایران ۶۷", "12ب345-67"),
        ("12 ب 345 - 67", "12ب345-67"),
        ("ایران 67 - 345 ب 12", "12ب345-67"),
        ("۱۲ الف ۳۴۵ ۶۷", "12الف345-67"),
        ("12ا345 67", "12الف345-67"),
        ("12 ي 345/67", "12ی345-67"),
        ("12 D 345 67", "12D345-67"),
        ("123-12345", "123-12345"),
        ("12345-67", "12345-67"),
    ],
)
def test_plates_have_one_spelling(agency: Agency, typed: str, kept: str) -> None:
    number = agency.policy(**CAR, plate=typed)
    assert agency.row(Policy, number).plate == kept
    shown = agency.look(lambda context: Plate("plate", "Plate").show(kept, context))
    again = agency.look(lambda context: Plate("plate", "Plate").parse(shown, context))
    assert again == kept


@pytest.mark.parametrize("typed", ["ب123456", "12 & 345 67", "1234", "12ء345-67"])
def test_what_is_no_plate_is_refused(agency: Agency, typed: str) -> None:
    with pytest.raises(Invalid) as refusal:
        agency.policy(**CAR, plate=typed)
    assert refusal.value.problems[0].field == "plate"


def test_a_vehicle_is_told_by_plate_vin_or_chassis(agency: Agency) -> None:
    with pytest.raises(Invalid) as refusal:
        agency.policy(**CAR)
    assert refusal.value.problems[0].field == "plate"
    number = agency.policy(**CAR, vin=to_persian_digits("nas411100l3412345"), chassis="na 12-45")
    row = agency.row(Policy, number)
    assert (row.vin, row.chassis) == ("NAS411100L3412345", "NA12-45")


@pytest.mark.parametrize("field", [{"vin": "IOQ41110013412345"}, {"vin": "NAS4"}, {"chassis": "شاسی"}])
def test_what_is_no_chassis_number_is_refused(agency: Agency, field: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refusal:
        agency.policy(**CAR, plate="12ب345-67", **field)
    assert refusal.value.problems[0].field == next(iter(field))


HOURS: tuple[tuple[object, int | None], ...] = (
    *((text, 12) for text in ("12", "۱۲:۰۰", "12:00:00", "ساعت ۱۲", 12, 0.5, "0.5")),
    *((text, 0) for text in (0, "00:00", "0")),
    *((text, 24) for text in ("24:00", 24, "1.0")),
    (8 / 24, 8),
    *((text, None) for text in (25, "12:30", "-1", 0.51, "1.5", "noon", 2.0 / 7)),
)


def test_hours_are_full_ones_however_they_are_written(agency: Agency) -> None:
    kind = Hour("ends_hour", "Hour")

    def read(typed: object) -> int | None:
        try:
            return int(agency.look(lambda context: kind.parse(typed, context)))
        except fields.FieldError:
            return None

    assert [(typed, read(typed)) for typed, _hour in HOURS] == list(HOURS)


def test_insurers_are_known_without_the_words_around_their_names(agency: Agency) -> None:
    iran, asia = (
        agency.run("record.create", resource="insurance.insurer", values={"title": title})
        for title in ("بیمهٔ ایران", "شرکت سهامی بیمه آسیا (سهامی عام)")
    )
    kind = InsurerLink("insurer", "Insurer")

    def found(text: str) -> int:
        return agency.look(lambda context: kind.parse(text, context))

    assert {found(text) for text in ("ایران", "بيمه ايران", "شرکت بیمه‌ ایران", "شرکت سهامی بیمه ایران")} == {
        iran
    }
    assert {found(text) for text in ("آسیا", "بیمه آسیا")} == {asia}
    for text in ("بیمه", "البرز", "ایر", ""):
        with pytest.raises(fields.FieldError):
            found(text)
    agency.run("record.create", resource="insurance.insurer", values={"title": "ایران (سهامی)"})
    with pytest.raises(fields.FieldError, match="several"):
        found("شرکت بیمه ایران")
    assert found("بیمهٔ ایران") == iran


@pytest.mark.parametrize(
    ("year", "fits"), [("1402", True), ("2024", True), ("1299", False), ("1500", False), ("2100", False)]
)
def test_model_years_are_of_either_calendar(agency: Agency, year: str, fits: bool) -> None:
    if fits:
        assert agency.row(Policy, agency.policy(**CAR, plate="12ب345-67", model_year=year)).model_year == int(
            year
        )
        return
    with pytest.raises(Invalid):
        agency.policy(**CAR, plate="12ب345-67", model_year=year)


def test_particulars_of_other_lines_are_refused_and_those_of_the_line_required(agency: Agency) -> None:
    with pytest.raises(Invalid) as refusal:
        agency.policy(line="fire")
    assert refusal.value.problems[0].field == "address"
    with pytest.raises(Invalid) as refusal:
        agency.policy(line="life", plate="12ب345-67")
    assert refusal.value.problems[0].field == "plate"
    with pytest.raises(Invalid) as refusal:
        agency.policy(line="fire", address="Tehran", postal_code="123")
    assert refusal.value.problems[0].field == "postal_code"
