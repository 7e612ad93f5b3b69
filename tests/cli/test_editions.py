"""`peyvand edition` and `peyvand site term` against a site of the test run."""

from __future__ import annotations

import pytest

from kernel.data.site_store import SiteStore


@pytest.fixture
def site_of(own_site):
    return ("--site", own_site.name)


def test_editions_are_listed_shown_and_checked(peyvand, tmp_path):
    assert "بیس ۵" in peyvand("edition", "list")
    shown = peyvand("edition", "show", "base4")
    assert "Extends: base2, base1, _roles" in shown
    assert "Limit users_at_once: 8" in shown
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text('extends = "clinic"\ntitle = "Good"\n', "utf-8")
    bad.write_text('title = "Bad"\n[limits]\nusers = 3\n', "utf-8")
    assert "good is well" in peyvand("edition", "check", good)
    assert "line 3, “limits.users”: this key is not known" in peyvand("edition", "check", bad, status=1)


def test_a_site_is_compared_brought_to_an_edition_and_given_more(peyvand, own_site, site_of, config, rows):
    compared = peyvand("edition", "diff", "base2", *site_of)
    assert "Limit users_at_once: none -> 4" in compared
    assert "(pipeline) is to come" in compared
    assert rows("SELECT name FROM kernel.site_edition") == [(None,)]
    peyvand("edition", "apply", "base2", *site_of, input="n\n", status=1)
    assert rows("SELECT name FROM kernel.site_edition") == [(None,)]
    assert "is of the edition base2 now" in peyvand("edition", "apply", "base2", "--yes", *site_of)
    assert SiteStore(config).load(own_site.name).edition == "base2"
    assert "nothing to do" in peyvand("edition", "apply", "base2", "--yes", *site_of)
    extra = peyvand("edition", "extra", "--feature", "map", "--users", "2", *site_of)
    assert "map on" in extra
    assert "Users at once: 6" in extra
    assert "There is no feature" in peyvand("edition", "extra", "--feature", "radar", *site_of, status=1)
    peyvand("plugin", "install", "medical", *site_of)
    peyvand("edition", "apply", "base1", "--yes", *site_of)
    assert "Goes on besides the edition: medical" in peyvand("edition", "diff", "base1", *site_of)
    states = rows("SELECT name, state FROM kernel.plugin ORDER BY name")
    assert states == [("medical", "enabled"), ("tasks", "paused")]


def test_a_term_is_set_ends_refuses_an_import_and_is_renewed(peyvand, own_site, site_of, tmp_path, rows):
    assert "has no term" in peyvand("site", "term", own_site.name)
    assert "lasts until 1405/01/01" in peyvand(
        "site", "term", own_site.name, "--until", "1405/01/01", "--grace", "3"
    )
    assert "ended" in peyvand("site", "term", own_site.name)
    people = tmp_path / "people.csv"
    people.write_text("نام,نام خانوادگی\nمینا,راد\n", "utf-8")
    assert "term of this site ended" in peyvand(
        "user", "add", "sara", "--password", "گل-سرخ-باغ-۷", "--administrator", *site_of, status=1
    )
    peyvand("site", "term", own_site.name, "--none")
    peyvand("user", "add", "sara", "--password", "گل-سرخ-باغ-۷", "--administrator", *site_of)
    peyvand("site", "term", own_site.name, "--until", "1405/01/01")
    refused = peyvand("import", people, "--resource", "person", *site_of, status=1)
    assert "term of this site ended on 1405/01/01" in refused
    assert rows("SELECT count(*) FROM kernel.party WHERE kind = 'person'") == [(0,)]
    assert "lasts until" in peyvand("site", "term", own_site.name, "--months", "3")
    assert "1 created" in peyvand("import", people, "--resource", "person", *site_of)


@pytest.mark.parametrize(
    "wrong", [("--until", "soon"), ("--until", "1405/13/01"), ("--until", "1406/01/01", "--none")]
)
def test_a_term_that_cannot_be_is_refused(peyvand, site, wrong):
    peyvand("site", "term", site.name, *wrong, status=2)
