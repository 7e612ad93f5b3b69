import pickle
from decimal import Decimal

import pytest

from kernel.i18n import (
    ENGLISH,
    Catalogue,
    LazyText,
    _,
    ngettext_lazy,
    npgettext_lazy,
    pgettext_lazy,
    translate,
)
from tests.i18n.catalogues import counting, entry, write_po


@pytest.fixture
def persian(tmp_path):
    entries = (
        entry("Save", "ذخیره")
        + entry("Row %(number)d of %(name)s", "ردیف %(number)d از %(name)s")
        + entry("Sheet", "برگه")
        + entry("Visit", "دیدار")
        + entry("Visit", "ویزیت", context="medical")
        + entry("100% of %(what)s", "همه %(what)s")
        + entry("Hello %(name)s", "سلام %(nome)s")
        + counting("%(n)d row", "%(n)d rows", "یک ردیف", "%(n)d ردیف")
    )
    write_po(tmp_path, "test", entries)
    return Catalogue.load("fa", [("test", tmp_path)])


def test_text_is_english_until_it_is_rendered(persian):
    assert str(_("Save")) == "Save"
    assert translate(_("Save"), persian) == "ذخیره"
    assert translate(_("Save"), ENGLISH) == "Save"


def test_a_plain_string_is_data(persian):
    assert translate("Save", persian) == "Save"


def test_parameters_are_filled_in_and_numbers_take_the_digits_of_the_language(persian):
    text = _("Row %(number)d of %(name)s", number=12, name="INV-7")
    assert str(text) == "Row 12 of INV-7"
    assert translate(text, persian) == "ردیف ۱۲ از INV-7"


def test_parameters_may_be_lazy(persian):
    text = _("Row %(number)d of %(name)s", number=1, name=_("Sheet"))
    assert str(text) == "Row 1 of Sheet"
    assert translate(text, persian) == "ردیف ۱ از برگه"


def test_formats_of_numbers_are_kept():
    text = _("%(a)05.1f|%(b)s|%(c)03d|%(d)-4s|%%", a=2.25, b=Decimal("1.50"), c=7, d="x")
    assert str(text) == "002.2|1.50|007|x   |%"


def test_without_parameters_percent_is_a_character():
    assert str(_("100% sure, %(really)s")) == "100% sure, %(really)s"


@pytest.mark.parametrize(
    ("n", "english", "persian_text"),
    [(1, "1 row", "یک ردیف"), (0, "0 rows", "یک ردیف"), (12, "12 rows", "۱۲ ردیف")],
)
def test_counts_choose_the_form(persian, n, english, persian_text):
    text = ngettext_lazy("%(n)d row", "%(n)d rows", n=n)
    assert str(text) == english
    assert translate(text, persian) == persian_text


def test_a_count_without_translation_is_english(persian):
    assert translate(ngettext_lazy("%(n)d file", "%(n)d files", n=2), persian) == "۲ files"


def test_a_count_must_be_a_whole_number():
    with pytest.raises(TypeError):
        str(LazyText("row", plural="rows", params=(("n", "two"),)))


def test_a_context_has_its_own_words(persian):
    assert translate(pgettext_lazy("medical", "Visit"), persian) == "ویزیت"
    assert translate(_("Visit"), persian) == "دیدار"


def test_without_words_of_its_own_a_context_uses_the_common_ones(persian):
    assert translate(pgettext_lazy("sales", "Visit"), persian) == "دیدار"
    assert translate(npgettext_lazy("sales", "%(n)d row", "%(n)d rows", n=3), persian) == "۳ ردیف"


def test_a_translation_with_a_wrong_placeholder_costs_its_own_text_only(persian):
    assert translate(_("Hello %(name)s", name="Sara"), persian) == "Hello Sara"


def test_a_missing_parameter_is_a_mistake_of_the_program():
    with pytest.raises(KeyError):
        str(_("Hello %(name)s", nome="Sara"))


def test_equal_texts_are_equal_and_survive_a_journey():
    text = ngettext_lazy("%(n)d row of %(sheet)s", "%(n)d rows of %(sheet)s", n=2, sheet=_("Sheet"))
    same = ngettext_lazy("%(n)d row of %(sheet)s", "%(n)d rows of %(sheet)s", n=2, sheet=_("Sheet"))
    assert text == same
    assert hash(text) == hash(same)
    assert pickle.loads(pickle.dumps(text)) == text
    assert text != _("Sheet")
