import ast
import inspect
from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import kernel.fa
from kernel.fa import calendar, clock, errors, identity, money, phone
from kernel.i18n import KERNEL_TRANSLATIONS, Catalogue, translate
from kernel.i18n.messages import MONTHS, WEEKDAYS, explain

PERSIAN = Catalogue.load("fa", [("kernel", KERNEL_TRANSLATIONS)])
TEHRAN = ZoneInfo("Asia/Tehran")

CASES = {
    "not-a-date": (
        lambda: calendar.parse_date("فردا"),
        "این تاریخ نیست. سال، ماه و روز را بنویسید؛ مانند ۱۴۰۵/۰۸/۳۰.",
    ),
    "short-year": (
        lambda: calendar.parse_date("48/1/1", short_years=False),
        "سال را چهاررقمی بنویسید؛ مانند ۱۴۰۵.",
    ),
    "gregorian-year": (
        lambda: calendar.parse_date("2026/11/21"),
        "۲۰۲۶ سال میلادی است؛ این روز به شمسی ۱۴۰۵/۰۸/۳۰ است.",
    ),
    "out-of-range": (lambda: calendar.parse_date("1600/1/1"), "سال باید بین ۱۲۰۰ و ۱۴۹۹ باشد."),
    "no-such-month": (lambda: calendar.parse_date("1405/13/1"), "ماه ۱۳ وجود ندارد؛ ماه‌ها از ۱ تا ۱۲ هستند."),
    "no-such-day": (lambda: calendar.parse_date("1404/12/30"), "اسفند ۱۴۰۴ روز ۳۰ ندارد."),
    "not-a-time": (lambda: clock.parse_time("ظهر"), "این ساعت نیست. ساعت و دقیقه را بنویسید؛ مانند ۱۴:۳۰."),
    "no-such-time": (
        lambda: clock.parse_time("24:00"),
        "چنین ساعتی وجود ندارد. ساعت از ۰ تا ۲۳ و دقیقه و ثانیه از ۰ تا ۵۹ است.",
    ),
    "skipped-time": (
        lambda: clock.to_instant(date(2022, 3, 22), time(0, 30), TEHRAN),
        "در آن روز ساعت جلو کشیده شده و این ساعت وجود ندارد؛ ساعت دیگری بنویسید.",
    ),
    "not-digits": (lambda: identity.card("x" * 16), "شماره کارت باید فقط از رقم تشکیل شود."),
    "wrong-length": (lambda: identity.national_code("123"), "کد ملی ۱۰ رقم دارد؛ ۳ رقم نوشته شده است."),
    "wrong-check-digit": (
        lambda: identity.legal_id("10380284791"),
        "شناسه ملی شرکت درست نیست: رقمی اشتباه است یا دو رقم جابه‌جا شده‌اند. آن را با مدرک مقایسه کنید.",
    ),
    "impossible-number": (
        lambda: identity.postal_code("1111135744"),
        "کد پستی با این رقم‌ها صادر نمی‌شود. آن را دوباره نگاه کنید.",
    ),
    "not-iranian": (
        lambda: identity.sheba("DE16"),
        "شماره شبا با IR شروع می‌شود و پس از آن ۲۴ رقم دارد.",
    ),
    "phone-empty": (lambda: phone.parse_phone(""), "شماره تلفن را بنویسید."),
    "phone-not-digits": (
        lambda: phone.parse_phone("ندارد"),
        "این شماره تلفن نیست. فقط رقم‌های آن را بنویسید؛ مانند ۰۹۱۲۱۲۳۴۵۶۷.",
    ),
    "phone-several": (
        lambda: phone.parse_phone("09121234567 09121234568"),
        "این بیش از یک شماره تلفن است. هر شماره را جداگانه بنویسید.",
    ),
    "phone-range": (
        lambda: phone.parse_phone("021-88776655-7"),
        "این چند شماره پشت‌سرهم است. هر شماره را جداگانه بنویسید.",
    ),
    "phone-short": (
        lambda: phone.parse_phone("110"),
        "این شماره برای تماس کوتاه است. آن را با کد شهر بنویسید؛ مانند ۰۲۱۸۸۷۷۶۶۵۵.",
    ),
    "phone-area-code": (
        lambda: phone.parse_phone("88776655"),
        "کد شهر نوشته نشده است. شماره را با کد شهر بنویسید؛ مانند ۰۲۱۸۸۷۷۶۶۵۵.",
    ),
    "phone-foreign": (
        lambda: phone.parse_phone("+9999999999"),
        "چنین شماره‌ای در خارج از کشور وجود ندارد. کد کشور و تعداد رقم‌ها را بررسی کنید.",
    ),
    "phone-wrong": (
        lambda: phone.parse_phone("0912123456"),
        "این شماره تلفن درست نیست. تلفن همراه ۱۱ رقم دارد و تلفن ثابت با کد شهر نوشته می‌شود.",
    ),
    "not-an-amount": (
        lambda: money.parse_rial("گران"),
        "این مبلغ نیست. مبلغ را با رقم بنویسید؛ مانند ۱٬۵۰۰٬۰۰۰.",
    ),
    "ambiguous-amount": (
        lambda: money.parse_rial("1.500"),
        "آیا منظور ۱۵۰۰ است؟ در این صورت بدون نقطه بنویسید.",
    ),
    "fraction-of-rial": (lambda: money.parse_rial("1.5"), "مبلغ به ریال اعشار ندارد."),
    "amount-too-large": (lambda: money.parse_rial("9" * 30), "این مبلغ بیش از اندازه بزرگ است."),
}


def codes_raised():
    """Every code written in `kernel.fa`: the strings given to one of its error classes."""
    classes = {name for name, value in inspect.getmembers(errors, inspect.isclass)}
    for path in Path(kernel.fa.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in classes:
                yield from (
                    part.value
                    for part in ast.walk(node.args[0])
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                )


def refusal(case):
    with pytest.raises(errors.FaError) as caught:
        case()
    return caught.value


def test_every_code_is_tried_here():
    assert set(codes_raised()) == set(CASES)


@pytest.mark.parametrize("code", CASES)
def test_every_error_is_explained_in_persian(code):
    case, persian = CASES[code]
    error = refusal(case)
    assert error.code == code
    assert translate(explain(error), PERSIAN) == persian


@pytest.mark.parametrize("code", CASES)
def test_every_error_is_explained_in_english(code):
    english = str(explain(refusal(CASES[code][0])))
    assert english.isascii()
    assert "%(" not in english
    assert english[-1] in ".?"


def test_a_gregorian_year_of_no_day_is_explained_without_a_jalali_day():
    text = explain(refusal(lambda: calendar.parse_date("2026/02/30")))
    assert translate(text, PERSIAN) == "۲۰۲۶ سال میلادی است؛ تاریخ را به شمسی بنویسید."


@pytest.mark.parametrize(
    ("number", "persian"),
    [("", "کد اقتصادی خالی است."), ("1234", "کد اقتصادی ۱۰ تا ۱۴ رقم دارد؛ ۴ رقم نوشته شده است.")],
)
def test_lengths_are_explained(number, persian):
    assert translate(explain(refusal(lambda: identity.economic_code(number))), PERSIAN) == persian


def test_names_of_months_and_days_are_those_of_the_calendar():
    assert [str(month) for month in MONTHS] == list(calendar.MONTH_NAMES["en"])
    assert [translate(month, PERSIAN) for month in MONTHS] == list(calendar.MONTH_NAMES["fa"])
    assert [str(day) for day in WEEKDAYS] == list(calendar.WEEKDAY_NAMES["en"])
    assert [translate(day, PERSIAN) for day in WEEKDAYS] == list(calendar.WEEKDAY_NAMES["fa"])
