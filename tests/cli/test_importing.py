import pytest

PASSWORD = "بهار-نارنج-۱۴"
HEAD = "نام,نام خانوادگی,موبایل\n"


@pytest.fixture
def site(peyvand, own_site):
    peyvand("user", "add", "boss", "--administrator", "--password", PASSWORD, "--site", own_site.name)
    return ("--site", own_site.name)


def test_a_file_is_imported_once(peyvand, site, rows, tmp_path):
    file = tmp_path / "people.csv"
    lines = "".join(f"سارا,رضایی {number},0912{number:07d}\n" for number in range(1, 31))
    file.write_text(HEAD + lines, "utf-8")
    assert "30 created, 0 there already, 0 refused" in peyvand("import", file, "--resource", "person", *site)
    assert rows("SELECT count(*) FROM kernel.party") == [(30,)]
    assert "0 created, 30 there already" in peyvand("import", file, "--resource", "person", *site)
    assert rows("SELECT DISTINCT state FROM kernel.work") == [("done",)]


def test_refused_rows_are_counted_and_written_to_a_file(peyvand, site, rows, tmp_path):
    file, refused = tmp_path / "people.csv", tmp_path / "refused.xlsx"
    file.write_text(HEAD + "سارا,رضایی,09121234567\nمینا,کریمی,12\n", "utf-8")
    output = peyvand("import", file, "--resource", "person", "--refused", refused, *site, status=1)
    assert "1 created" in output
    assert "1 rows were refused" in output
    assert refused.read_bytes()[:2] == b"PK"
    assert rows("SELECT count(*) FROM kernel.party") == [(1,)]


@pytest.mark.parametrize("options", [("--resource", "nothing"), ("--resource", "person", "--user", "nobody")])
def test_what_cannot_be_imported_is_refused(peyvand, site, tmp_path, options):
    file = tmp_path / "people.csv"
    file.write_text(HEAD, "utf-8")
    peyvand("import", file, *options, *site, status=1)


def test_a_site_without_administrator_says_how_to_add_one(peyvand, own_site, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text(HEAD, "utf-8")
    output = peyvand("import", file, "--resource", "person", "--site", own_site.name, status=1)
    assert "peyvand user add" in output
