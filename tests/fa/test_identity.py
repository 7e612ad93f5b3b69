import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.fa import identity
from kernel.fa.banks import bank_of_card, bank_of_sheba
from kernel.fa.digits import to_persian_digits
from kernel.fa.errors import IdentityError
from tests.fa.vectors import vectors

DIGITS = st.text("0123456789", min_size=9, max_size=9)


def read(rule, text):
    """The canonical form, or nothing where the rule refuses the text."""
    try:
        return rule(text)
    except IdentityError:
        return None


def check(rule, value, expected):
    canonical = read(rule, value)
    assert (canonical is not None) is expected["valid"]
    assert canonical == expected.get("normalised", canonical)
    if canonical is not None:
        assert rule(canonical) == canonical


@vectors("national_code")
def test_national_code(value, expected):
    check(identity.national_code, value, expected)


@vectors("legal_id")
def test_legal_id(value, expected):
    check(identity.legal_id, value, expected)


@vectors("postal_code")
def test_postal_code(value, expected):
    check(identity.postal_code, value, expected)


@vectors("sheba")
def test_sheba(value, expected):
    check(identity.sheba, value, expected)
    if "bank" in expected:
        bank = bank_of_sheba(value)
        assert bank is not None
        assert bank.code == expected["bank"]


@vectors("card")
def test_card(value, expected):
    check(identity.card, value, expected)
    if "bank" in expected:
        bank = bank_of_card(value)
        assert bank is not None
        assert bank.code == expected["bank"]


def code_of(rule, text):
    with pytest.raises(IdentityError) as caught:
        rule(text)
    return caught.value.code


@pytest.mark.parametrize(
    ("rule", "text", "code"),
    [
        (identity.national_code, "", "wrong-length"),
        (identity.national_code, "12345678901", "wrong-length"),
        (identity.national_code, "04993708x9", "not-digits"),
        (identity.national_code, "0499370898", "wrong-check-digit"),
        (identity.national_code, "1111111111", "impossible-number"),
        (identity.legal_id, "10380284791", "wrong-check-digit"),
        (identity.legal_id, "10300000000", "impossible-number"),
        (identity.economic_code, "411111111", "wrong-length"),
        (identity.postal_code, "1619500000", "impossible-number"),
        (identity.sheba, "160120000000001234567890", "not-iranian"),
        (identity.sheba, "IR16", "wrong-length"),
        (identity.sheba, "IR170120000000001234567890", "wrong-check-digit"),
        (identity.card, "6037991234567894", "wrong-check-digit"),
        (identity.card, "0" * 16, "impossible-number"),
    ],
)
def test_a_refusal_says_why(rule, text, code):
    assert code_of(rule, text) == code


def test_a_wrong_length_says_which_is_right():
    with pytest.raises(IdentityError) as caught:
        identity.national_code("1234")
    assert caught.value.params == {"field": "national-code", "shortest": 10, "longest": 10, "length": 4}
    assert str(caught.value) == "wrong-length (field='national-code', shortest=10, longest=10, length=4)"


@given(DIGITS.filter(lambda body: not body.startswith("000") and len(set(body)) > 1))
def test_exactly_one_check_digit_fits_a_national_code(body):
    assert len([digit for digit in "0123456789" if read(identity.national_code, body + digit)]) == 1


@given(st.integers(0, 15), st.integers(1, 9))
def test_one_wrong_digit_of_a_card_is_noticed(place, difference):
    assert read(identity.card, with_digit_changed("6037991234567893", place, difference)) is None


@given(st.integers(2, 25), st.integers(1, 9))
def test_one_wrong_digit_of_a_sheba_is_noticed(place, difference):
    assert read(identity.sheba, with_digit_changed("IR160120000000001234567890", place, difference)) is None


def with_digit_changed(number, place, difference):
    changed = str((int(number[place]) + difference) % 10)
    return number[:place] + changed + number[place + 1 :]


@pytest.mark.parametrize(
    ("rule", "number"),
    [
        (identity.national_code, "0499370899"),
        (identity.legal_id, "10380284790"),
        (identity.economic_code, "411111111111"),
        (identity.postal_code, "1619735744"),
        (identity.sheba, "IR160120000000001234567890"),
        (identity.card, "6037991234567893"),
    ],
)
def test_numbers_are_taken_as_people_write_them(rule, number):
    spaced = " ".join(number[i : i + 4] for i in range(0, len(number), 4))
    for spelling in (
        spaced,
        spaced.replace(" ", "-"),
        to_persian_digits(number),
        f"\u202b{number}\u202c\u200f",
    ):
        assert rule(spelling) == number


def test_zeros_dropped_by_a_spreadsheet_come_back():
    assert identity.national_code("499370899") == "0499370899"
    assert identity.national_code("13542419") == "0013542419"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("6037 9912 3456 7893", "603799******7893"),
        ("۶۰۳۷۹۹۱۲۳۴۵۶۷۸۹۳", "603799******7893"),
        ("60379912", "********"),
        ("", ""),
    ],
)
def test_the_middle_of_a_card_number_is_hidden(text, masked):
    assert identity.mask_card(text) == masked


def test_an_unknown_bank_is_no_error():
    assert bank_of_sheba("IR160120000000001234567890").name == "بانک ملت"
    assert bank_of_card("4111111111111111") is None
