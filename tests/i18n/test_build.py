import pytest
from click.testing import CliRunner

from kernel.i18n.build import catalogues, compile_catalogue, main
from tests.i18n.catalogues import counting, entry, write_po


def test_catalogues_are_found_beside_and_below(tmp_path):
    kernel = write_po(tmp_path / "kernel" / "translations", "web", entry("Save", "ذخیره"))
    plugin = write_po(tmp_path / "plugins" / "medical" / "translations", "medical", entry("Save", "ذخیره"))
    assert catalogues(tmp_path) == sorted([kernel, plugin])
    assert catalogues(kernel.parents[2]) == [kernel]


def test_the_command_compiles_each(tmp_path):
    po = write_po(tmp_path / "translations", "web", entry("Save", "ذخیره"))
    result = CliRunner().invoke(main, [str(tmp_path)])
    assert result.exit_code == 0
    assert result.output == f"compiled {po}\n"
    assert sorted(path.name for path in po.parent.iterdir()) == ["web.mo", "web.po"]


def test_the_command_works_where_it_stands(tmp_path, monkeypatch):
    po = write_po(tmp_path / "translations", "web", entry("Save", "ذخیره"))
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(main).exit_code == 0
    assert po.with_suffix(".mo").exists()


@pytest.mark.parametrize(
    "faulty",
    [
        entry("Row %(number)d", "ردیف %(nomber)d"),
        entry("Row %(number)d", "ردیف"),
        counting("%(n)d row", "%(n)d rows", "یکی", "%(m)d تا"),
    ],
)
def test_wrong_placeholders_are_refused_with_their_line(tmp_path, faulty):
    po = write_po(tmp_path / "translations", "web", faulty)
    result = CliRunner().invoke(main, [str(tmp_path)])
    assert result.exit_code == 1
    assert "placeholders differ" in result.output
    assert "line 7" in result.output
    assert not po.with_suffix(".mo").exists()


def test_forms_of_a_plural_may_leave_the_number_out(tmp_path):
    po = write_po(tmp_path / "translations", "web", counting("%(n)d row", "%(n)d rows", "یکی", "%(n)d تا"))
    assert compile_catalogue(po).exists()


def test_a_file_that_is_no_catalogue_is_refused(tmp_path):
    po = write_po(tmp_path / "translations", "web", "no keyword\n")
    with pytest.raises(ValueError, match=r"web\.po"):
        compile_catalogue(po)
