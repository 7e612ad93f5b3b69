import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.fa.digits import to_persian_digits
from kernel.fa.errors import PhoneError
from kernel.fa.phone import AREA_CODES, Phone, format_phone, parse_phone
from tests.fa.vectors import vectors

MOBILES = st.from_regex(r"9[0-9]{9}", fullmatch=True)
LANDLINES = st.builds(
    "{}{}".format, st.sampled_from(sorted(AREA_CODES)), st.from_regex(r"[2-8][0-9]{7}", fullmatch=True)
)


@vectors("phone")
def test_vectors(value, expected):
    if expected["e164"] is None:
        with pytest.raises(PhoneError):
            parse_phone(value)
    else:
        wanted = Phone(expected["e164"], expected.get("ext"), expected["type"], value)
        assert parse_phone(value) == wanted


@vectors("sms_line")
def test_sender_lines_are_kept_as_they_are(value, expected):
    assert parse_phone(value) == Phone(expected["line"], None, "sms_line", value)


@given(MOBILES, st.sampled_from(["", "0", "98", "+98", "0098", "+98 (0)", "0098 0"]))
def test_a_mobile_is_known_by_its_shape(number, prefix):
    assert parse_phone(prefix + number)[:3] == (f"+98{number}", None, "mobile")
    spaced = f"\u200e{prefix} {number[:3]}-{number[3:6]} {number[6:]}"
    assert parse_phone(to_persian_digits(spaced)).e164 == f"+98{number}"


@given(LANDLINES, st.sampled_from(["", "0", "98", "+98", "0098", "+98 (0)"]))
def test_a_landline_is_known_by_its_area_code(number, prefix):
    assert parse_phone(prefix + number)[:3] == (f"+98{number}", None, "landline")


@given(st.one_of(MOBILES, LANDLINES), st.sampled_from(["fa", "en"]))
def test_what_is_written_can_be_read(number, digits):
    assert parse_phone(format_phone(f"+98{number}", digits)).e164 == f"+98{number}"


@pytest.mark.parametrize("area_code", ["021", "21", "۰۲۱"])
def test_a_local_number_is_completed(area_code):
    assert parse_phone("۸۸۷۷-۶۶۵۵ داخلی ۳", area_code=area_code)[:3] == ("+982188776655", "3", "landline")


def test_the_short_numbers_of_firms_need_their_area_code():
    assert parse_phone("021-1820")[:3] == ("+98211820", None, "landline")
    assert parse_phone("02161400").e164 == "+982161400"
    with pytest.raises(PhoneError, match="phone-area-code"):
        parse_phone("21617766")


@pytest.mark.parametrize(
    "text",
    [
        "(021) 8877 6655 (داخلی 12)",
        "021-88776655 داخلي: 12",
        "02188776655 ext. 12",
        "02188776655 Extension 12",
        "02188776655x12",
        "02188776655#12",
        "02188776655,12",
        "۰۲۱۸۸۷۷۶۶۵۵;ext=۱۲",
    ],
)
def test_extensions(text):
    assert parse_phone(text)[:2] == ("+982188776655", "12")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "phone-empty"),
        (" \u200f-", "phone-empty"),
        ("ندارد", "phone-not-digits"),
        ("فکس 02188776655", "phone-not-digits"),
        ("+", "phone-not-digits"),
        ("110", "phone-short"),
        ("1820", "phone-short"),
        ("88776655", "phone-area-code"),
        ("021-88776655-7", "phone-range"),
        ("88776655/56", "phone-range"),
        ("09121234567 - 09121234568", "phone-several"),
        ("02188776655 ,02188776656", "phone-several"),
        ("0912123456", "phone-wrong"),
        ("02088776655", "phone-wrong"),
        ("+98218877665", "phone-wrong"),
        ("+9999999999", "phone-foreign"),
        ("+1202555", "phone-foreign"),
    ],
)
def test_refusals(text, code):
    with pytest.raises(PhoneError) as caught:
        parse_phone(text)
    assert caught.value.code == code


@given(st.text(st.sampled_from("0123456789۰۹٠٩+-() /.,#xداخلیabc\u0966")))
def test_any_text_is_read_in_ascii_or_refused(text):
    try:
        phone = parse_phone(text, area_code="021")
    except PhoneError:
        return
    assert phone.raw == text
    assert phone.e164.isascii()
    assert phone.e164.removeprefix("+").isdigit()
    assert phone.extension is None or (phone.extension.isascii() and phone.extension.isdigit())


@pytest.mark.parametrize(
    ("e164", "persian", "english"),
    [
        ("+989121234567", "۰۹۱۲ ۱۲۳ ۴۵۶۷", "0912 123 4567"),
        ("+982188776655", "۰۲۱ ۸۸۷۷ ۶۶۵۵", "021 8877 6655"),
        ("+98211820", "۰۲۱ ۱۸۲۰", "021 1820"),
        ("+12025550172", "+۱۲۰۲۵۵۵۰۱۷۲", "+12025550172"),
        ("3000505", "۳۰۰۰۵۰۵", "3000505"),
    ],
)
def test_numbers_are_shown_as_they_are_dialled(e164, persian, english):
    assert format_phone(e164) == persian
    assert format_phone(e164, digits="en") == english


def test_the_tables_of_the_world_are_loaded_for_foreign_numbers_only():
    code = """
import sys
from kernel.fa.phone import parse_phone, format_phone
format_phone(parse_phone("021 8877 6655").e164)
parse_phone("09121234567")
assert "phonenumbers" not in sys.modules
parse_phone("+442079460958")
assert "phonenumbers" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
