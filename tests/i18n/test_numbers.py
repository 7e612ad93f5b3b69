import pytest

from kernel.i18n import localise_digits


@pytest.mark.parametrize(
    ("locale", "expected"),
    [("fa", "۱۲۳۴"), ("fa_IR", "۱۲۳۴"), ("fa-IR", "۱۲۳۴"), ("en", "1234"), ("de_DE", "1234")],
)
def test_digits_follow_the_language(locale, expected):
    assert localise_digits("1۲٣4", locale) == expected
