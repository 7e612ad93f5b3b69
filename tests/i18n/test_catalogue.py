import logging
import os

import pytest

from kernel.i18n import Catalogue
from kernel.i18n.build import compile_catalogue
from tests.i18n.catalogues import HEADER, counting, entry, write_po


@pytest.fixture
def kernel_folder(tmp_path):
    folder = tmp_path / "kernel"
    write_po(folder, "access", entry("Sign in", "ورود"))
    write_po(folder, "web", entry("Save", "ذخیره") + entry("Open", "باز کردن", context="file"))
    return folder


@pytest.fixture
def plugin_folder(tmp_path):
    folder = tmp_path / "medical"
    write_po(folder, "medical", entry("Save", "نگهداری") + entry("Patient", "بیمار"))
    return folder


def test_all_files_of_all_sources_are_merged(kernel_folder, plugin_folder):
    persian = Catalogue.load("fa", [("kernel", kernel_folder), ("medical", plugin_folder)])
    assert persian.locale == "fa"
    assert len(persian) == 4
    assert [persian.gettext(word) for word in ("Sign in", "Patient")] == ["ورود", "بیمار"]


def test_a_plugin_cannot_change_the_words_of_the_kernel(kernel_folder, plugin_folder):
    persian = Catalogue.load("fa", [("kernel", kernel_folder), ("medical", plugin_folder)])
    assert persian.gettext("Save") == "ذخیره"


def test_a_language_without_catalogue_speaks_english(kernel_folder):
    english = Catalogue.load("en", [("kernel", kernel_folder)])
    assert len(english) == 0
    assert english.gettext("Save") == "Save"


@pytest.mark.parametrize("locale", ["fa_IR", "fa-IR"])
def test_a_country_falls_back_to_its_language(kernel_folder, locale):
    persian = Catalogue.load(locale, [("kernel", kernel_folder)])
    assert persian.gettext("Save") == "ذخیره"


def test_a_source_without_folder_adds_nothing(kernel_folder, tmp_path):
    persian = Catalogue.load("fa", [("kernel", kernel_folder), ("bare", tmp_path / "bare" / "translations")])
    assert len(persian) == 3


def test_compiled_catalogues_say_the_same(kernel_folder):
    plural = write_po(kernel_folder, "plural", counting("%(n)d row", "%(n)d rows", "یکی", "%(n)d تا"))
    from_text = Catalogue.load("fa", [("kernel", kernel_folder)])
    for po in plural.parent.glob("*.po"):
        compile_catalogue(po)
        po.unlink()
    compiled = Catalogue.load("fa", [("kernel", kernel_folder)])
    for persian in (from_text, compiled):
        assert persian.gettext("Save") == "ذخیره"
        assert persian.gettext("Open", "file") == "باز کردن"
        assert persian.gettext("Open") == "Open"
        assert [persian.ngettext("%(n)d row", "%(n)d rows", n) for n in (1, 2)] == ["یکی", "%(n)d تا"]


def test_a_changed_text_wins_over_its_compiled_form(kernel_folder):
    po = write_po(kernel_folder, "web", entry("Save", "ذخیره"))
    mo = compile_catalogue(po)
    write_po(kernel_folder, "web", entry("Save", "ثبت"))
    os.utime(mo, (po.stat().st_atime, po.stat().st_mtime - 10))
    assert Catalogue.load("fa", [("kernel", kernel_folder)]).gettext("Save") == "ثبت"
    os.utime(mo, (po.stat().st_atime, po.stat().st_mtime + 10))
    assert Catalogue.load("fa", [("kernel", kernel_folder)]).gettext("Save") == "ذخیره"


def test_empty_and_doubtful_translations_do_not_count(tmp_path):
    fuzzy = "#, fuzzy\n" + entry("Delete", "حذف")
    write_po(tmp_path, "web", entry("Save", "") + fuzzy + counting("row", "rows", "ردیف", ""))
    persian = Catalogue.load("fa", [("web", tmp_path)])
    assert len(persian) == 0
    assert persian.gettext("Save") == "Save"
    assert persian.ngettext("row", "rows", 2) == "rows"


def test_each_catalogue_keeps_its_own_rule_of_plurals(tmp_path):
    one_form = HEADER.replace("nplurals=2; plural=(n > 1)", "nplurals=1; plural=0")
    single = 'msgid "%(n)d row"\nmsgid_plural "%(n)d rows"\nmsgstr[0] "%(n)d ردیف"\n'
    write_po(tmp_path / "a", "a", single, header=one_form)
    write_po(tmp_path / "b", "b", counting("%(n)d file", "%(n)d files", "یک پرونده", "%(n)d پرونده"))
    persian = Catalogue.load("fa", [("a", tmp_path / "a"), ("b", tmp_path / "b")])
    assert persian.ngettext("%(n)d row", "%(n)d rows", 5) == "%(n)d ردیف"
    assert persian.ngettext("%(n)d file", "%(n)d files", 1) == "یک پرونده"


@pytest.mark.parametrize("broken", [b"no keyword\n", b'msgid "\xff\xfe"\nmsgstr "x"\n'])
def test_a_broken_catalogue_costs_its_own_words_only(kernel_folder, tmp_path, caplog, broken):
    folder = tmp_path / "broken"
    write_po(folder, "broken", "").write_bytes(HEADER.encode() + broken)
    with caplog.at_level(logging.ERROR):
        persian = Catalogue.load("fa", [("broken", folder), ("kernel", kernel_folder)])
    assert persian.gettext("Save") == "ذخیره"
    assert "catalogue of broken cannot be read" in caplog.text


@pytest.mark.parametrize("broken", [b"", b"no catalogue at all", b"\xde\x12\x04\x95" + b"\xff" * 40])
def test_a_broken_compiled_catalogue_is_reported_too(kernel_folder, tmp_path, caplog, broken):
    folder = tmp_path / "broken"
    po = write_po(folder, "broken", "")
    po.with_suffix(".mo").write_bytes(broken)
    po.unlink()
    persian = Catalogue.load("fa", [("broken", folder), ("kernel", kernel_folder)])
    assert persian.gettext("Save") == "ذخیره"
    assert "catalogue of broken cannot be read" in caplog.text
