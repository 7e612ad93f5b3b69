"""Every kind of vector is run by some test of this folder, or belongs to a plugin."""

from tests.fa.vectors import load

RUN_HERE = {
    "national_code",
    "legal_id",
    "sheba",
    "card",
    "postal_code",
    "phone",
    "sms_line",
    "jalali_leap",
    "jalali_gregorian",
    "jalali_invalid",
    "jalali_parse",
    "jalali_add_months",
    "utc_to_tehran_jalali",
    "fiscal_year",
    "text",
    "text_equal_key",
    "sort_fa",
    "digits",
    "money_rial",
    "sms",
}
OF_PLUGINS = {"vat"}


def test_no_kind_of_vector_is_forgotten():
    assert {row["kind"] for row in load()} == RUN_HERE | OF_PLUGINS


def test_the_file_is_whole():
    assert len(load()) == 398
