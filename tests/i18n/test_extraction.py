from click.testing import CliRunner

from kernel.i18n.extraction import messages_of, unreadable_calls
from kernel.i18n.missing import main, translations_for, untranslated
from tests.i18n.catalogues import counting, entry, write_po

CODE = """
from kernel.i18n import _, ngettext_lazy, npgettext_lazy, pgettext_lazy

TITLE = _("Patients")
ROWS = ngettext_lazy("%(n)d row", "%(n)d rows", n=2)
VISIT = pgettext_lazy("medical", "Visit")
VISITS = npgettext_lazy("medical", "%(n)d visit", "%(n)d visits", n=2)
for _ in range(3):
    pass
"""

PAGE = """{% extends "page.html" %}
{% block body %}
  {{ _("Blood group") }} {{ pgettext("medical", "Sheet") }} {{ ngettext("%(num)d bed", "%(num)d beds", 3) }}
  {% trans name=patient.name %}Chart of {{ name }}{% endtrans %}
{% endblock %}
"""

EXPECTED = {
    (None, "Patients", None),
    (None, "%(n)d row", "%(n)d rows"),
    ("medical", "Visit", None),
    ("medical", "%(n)d visit", "%(n)d visits"),
    (None, "Blood group", None),
    ("medical", "Sheet", None),
    (None, "%(num)d bed", "%(num)d beds"),
    (None, "Chart of %(name)s", None),
}


def make_package(tmp_path):
    package = tmp_path / "clinic"
    templates = package / "templates" / "clinic"
    templates.mkdir(parents=True)
    (package / "resources.py").write_text(CODE, "utf-8")
    (templates / "page.html").write_text(PAGE, "utf-8")
    return package


def test_messages_of_code_and_templates_are_found(tmp_path):
    found = list(messages_of(make_package(tmp_path)))
    assert {(one.context, one.message, one.plural) for one in found} == EXPECTED
    places = {one.message: (one.path.name, one.line) for one in found}
    assert places["Patients"] == ("resources.py", 4)
    assert places["Blood group"] == ("page.html", 3)


def test_what_has_no_translation_is_told(tmp_path):
    package = make_package(tmp_path)
    known = entry("Patients", "بیماران") + entry("Visit", "ویزیت") + entry("Sheet", "برگه", context="medical")
    write_po(package / "translations", "clinic", known + counting("%(n)d row", "%(n)d rows", "یکی", "%(n)d"))
    left = {one.message for one in untranslated(package, translations_for(package, "fa"))}
    assert left == {"%(n)d visit", "Blood group", "%(num)d bed", "Chart of %(name)s"}


def test_the_kernel_translates_for_everybody(tmp_path):
    package = tmp_path / "clinic"
    package.mkdir()
    (package / "fields.py").write_text('from kernel.i18n import _\nTITLE = _("National code")\n', "utf-8")
    assert list(untranslated(package, translations_for(package, "fa"))) == []


def test_the_command_prints_entries_to_fill_in(tmp_path):
    result = CliRunner().invoke(main, [str(make_package(tmp_path))])
    assert result.exit_code == 1
    assert 'msgid "Blood group"\nmsgstr ""' in result.output
    assert 'msgctxt "medical"\nmsgid "Visit"' in result.output
    assert 'msgid_plural "%(n)d visits"' in result.output


def test_the_command_is_content_with_a_complete_package(tmp_path):
    package = tmp_path / "clinic"
    package.mkdir()
    result = CliRunner().invoke(main, [str(package)])
    assert (result.exit_code, result.output) == (0, "")


def test_messages_that_no_catalogue_can_hold_are_found(tmp_path):
    code = """from kernel.i18n import _, ngettext_lazy
_("fine")
_(name)
_(f"hello {name}")
_("one " + "two")
ngettext_lazy("row", rows, n=2)
_()
other(name)
object._(name)
"""
    (tmp_path / "module.py").write_text(code, "utf-8")
    assert sorted(line for _path, line in unreadable_calls(tmp_path)) == [3, 4, 5, 6, 7]
