import pytest
from sqlalchemy import text

from kernel.access.actor import SYSTEM
from kernel.administration.editions import EditionError, load_edition
from kernel.administration.setup import create_furnished_site, upgrade_furnished_site
from kernel.data.errors import DataError
from kernel.data.site_store import SiteStore
from kernel.extension.discovery import discover
from kernel.lifecycle.install import install
from kernel.lifecycle.sites import drop_site
from kernel.lifecycle.steps import Workshop
from kernel.resources.build import build_runtime


def rows(engines, site, query):
    with engines.owner(site).connect() as owner:
        return [tuple(row) for row in owner.execute(text(query))]


def test_a_site_has_places_and_base_lists_in_its_language(site, engines):
    assert rows(engines, site, "SELECT count(*) FROM kernel.province") == [(31,)]
    titles = "SELECT title FROM kernel.base_value WHERE list = 'title' AND code = 'engineer'"
    assert rows(engines, site, titles) == [("مهندس",)]


def test_an_upgrade_brings_missing_entries_also_where_no_table_changed(site, engines, config):
    with engines.owner(site).begin() as owner:
        owner.execute(text("DELETE FROM kernel.relation_kind WHERE code = 'dealer'"))
        owner.execute(text("DELETE FROM kernel.base_value WHERE list = 'title' AND code = 'engineer'"))
        owner.execute(text("UPDATE kernel.relation_kind SET name = 'شوهر' WHERE code = 'spouse'"))
    assert not upgrade_furnished_site(config, engines, site.name)
    kinds = "SELECT code, name FROM kernel.relation_kind WHERE code IN ('dealer', 'spouse') ORDER BY 1"
    assert [code for code, _name in rows(engines, site, kinds)] == ["dealer", "spouse"]
    assert ("spouse", "شوهر") in rows(engines, site, kinds)
    titles = "SELECT count(*) FROM kernel.base_value WHERE list = 'title' AND code = 'engineer'"
    assert rows(engines, site, titles) == [(1,)]


@pytest.fixture
def clinic(worker_sites, engines):
    made = worker_sites.fresh(edition="practice")
    yield made
    engines.dispose(made.name)
    worker_sites.drop(made)


def test_an_upgrade_leaves_what_plugins_add_to_the_walls_of_the_kernel(clinic, engines, config):
    walls = "SELECT tablename, policyname, qual, with_check FROM pg_policies WHERE schemaname = 'kernel' ORDER BY 1, 2"
    before = rows(engines, clinic, walls)
    assert any("medical" in str(row) for row in before)
    assert not upgrade_furnished_site(config, engines, clinic.name)
    assert rows(engines, clinic, walls) == before


def test_an_edition_brings_its_plugins_settings_and_patterns(clinic, engines):
    runtime = build_runtime(clinic, engines)
    assert runtime.plugins == {"medical"}
    assert runtime.setting("parties.area_code") == "021"
    patterns = rows(engines, clinic, "SELECT name, title, origin FROM kernel.pattern ORDER BY name")
    assert ("medical.receptionist", "پذیرش", "medical") in patterns
    assert ("edition.own-contacts", "کارشناس فروش (مخاطبان خود)", None) in patterns
    own = (
        "SELECT scope FROM kernel.access_grant g JOIN kernel.pattern p ON p.id = g.pattern_id"
        " WHERE p.name = 'edition.own-contacts' AND resource = 'party' AND action = 'view'"
    )
    assert rows(engines, clinic, own) == [("own",)]
    specialties = "SELECT count(*) > 3 FROM kernel.base_value WHERE list = 'medical.specialty'"
    assert rows(engines, clinic, specialties) == [(True,)]
    assert rows(engines, clinic, "SELECT name FROM kernel.site_edition") == [("practice",)]


def test_a_plugin_that_is_installed_later_brings_its_lists_and_patterns(own_site, engines):
    install(Workshop(own_site, engines, discover()), "medical", SYSTEM("test"))
    origins = "SELECT count(*) FROM kernel.pattern WHERE origin = 'medical'"
    assert rows(engines, own_site, origins) == [(4,)]
    values = "SELECT count(*) > 0 FROM kernel.base_value WHERE starts_with(list, 'medical.')"
    assert rows(engines, own_site, values) == [(True,)]


def test_an_unknown_edition_is_refused_and_the_known_ones_are_named(config):
    with pytest.raises(EditionError, match="practice"):
        load_edition(config, "bakery")


@pytest.fixture
def edition(config):
    folder = config.home / "editions"
    folder.mkdir(exist_ok=True)
    written = []

    def write(name, content):
        written.append(folder / f"{name}.toml")
        written[-1].write_text(content, "utf-8")
        return name

    yield write
    for path in written:
        path.unlink()


@pytest.mark.parametrize(
    "content",
    [
        "plugins = [",
        'colour = "red"',
        '[[patterns]]\nname = "x"\ntitle = "x"\n[patterns.grants]\nparty = {view = "some"}',
    ],
)
def test_an_edition_that_cannot_be_understood_says_so(config, edition, content):
    with pytest.raises(EditionError, match="cannot be read"):
        load_edition(config, edition("strange", content))


@pytest.mark.parametrize("content", ['plugins = ["nothere"]', '[settings]\n"parties.nothing" = 1'])
def test_nothing_is_left_of_a_site_that_could_not_be_furnished(config, engines, server, edition, content):
    name = edition("failing", content)
    with pytest.raises(DataError):
        create_furnished_site(config, engines, "halfmade", title="نیمه", edition=name)
    assert "halfmade" not in SiteStore(config).names()
    assert not list((config.home / "sites").glob("*halfmade*"))
    made = create_furnished_site(config, engines, "halfmade", title="درست")
    assert rows(engines, made, "SELECT count(*) FROM kernel.province") == [(31,)]
    drop_site(config, "halfmade", confirmed="halfmade")
