"""Plates, chassis numbers and years, as people write them."""

from __future__ import annotations

import pytest

from kernel.fa.digits import to_persian_digits
from kernel.resources.errors import Invalid
from plugins.insurance.kinds import Plate
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
