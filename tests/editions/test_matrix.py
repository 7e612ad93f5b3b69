"""Every edition in turn on one site: what it has is everywhere, and what it leaves out is nowhere.

Looked at: routes, menu, search and palette, rights on the pages of patterns, commands, lists, settings, jobs, and that
the pages of each pattern's holder open.
"""

from __future__ import annotations

from itertools import count

import pytest
from sqlalchemy import text

from kernel.access.actor import SYSTEM, load_actor
from kernel.administration.editions import apply_edition, load_edition
from kernel.administration.rights import grantable_rights
from kernel.extension.discovery import discover
from kernel.extension.editions import FEATURES
from kernel.jobs.schedule import declared_jobs
from kernel.resources.build import build_runtime
from kernel.testing.browser import hashed_password
from kernel.testing.users import add_user
from kernel.web.app import build_app
from tests.editions.test_files import NAMES
from tests.web.conftest import PASSWORD, Browser

PLUGINS = sorted(discover().plugins)
ROUNDS = count(1)


@pytest.fixture
def site(clinic):
    return clinic.site


@pytest.fixture
def applied(request, clinic, config, monkeypatch):
    monkeypatch.setenv("PEYVAND_HOME", str(config.home))
    # The site goes back after each test, and its epoch with it: no later one may have the number of one that is kept.
    further = text("SELECT kernel.raise_epoch() FROM generate_series(1, :steps)")
    with clinic.engines.owner(clinic.site).begin() as owner:
        owner.execute(further, {"steps": 100 * next(ROUNDS)})
    edition = load_edition(config, request.param)
    apply_edition(clinic, edition, SYSTEM("test"))
    return edition, build_runtime(clinic.site, clinic.engines)


def enter(wsgi, clinic, username, pattern=None):
    """Make a user, an administrator or with one pattern, and give a browser in which he is signed in."""
    with clinic.engines.owner(clinic.site).begin() as owner:
        actor = add_user(owner, username, administrator=pattern is None)
        values = {"id": actor.user_id, "hash": hashed_password(), "pattern": pattern}
        owner.execute(
            text("INSERT INTO kernel.user_password (user_id, password_hash) VALUES (:id, :hash)"), values
        )
        if pattern is not None:
            owner.execute(
                text(
                    "INSERT INTO kernel.user_pattern SELECT :id, id FROM kernel.pattern WHERE name = :pattern"
                ),
                values,
            )
            actor = load_actor(owner, actor.user_id)
    browser = Browser(wsgi, clinic.site.hosts[0])
    browser.post("/sign-in", {"username": username, "password": PASSWORD})
    return browser, actor


def traces(runtime, wsgi):
    """Give, kind by kind, the plugins that a site shows something of."""
    app = build_app(runtime, wsgi.assets, wsgi.error_pages)
    declared = runtime.declared
    return {
        "routes": {str(rule).split("/")[1] for rule in app.url_map.iter_rules()},
        "resources": {name.partition(".")[0] for name in runtime.resources},
        "commands": {name.partition(".")[0] for name in declared.commands},
        "settings": {key.partition(".")[0] for key in declared.settings},
        "lists": {key.partition(".")[0] for key in declared.base_lists},
        "jobs": {name.partition(".")[0] for name in declared_jobs(runtime)},
        "rights": {resource.partition(".")[0] for resource, _action in grantable_rights(runtime)},
        "policies": {policy.table.schema for policy in runtime.policies},
        "facets": {facet.plugin for facets in declared.facets.values() for facet in facets},
        "searched": {str(item.model.__table__.schema) for item in runtime.resources.values()},
    }


GATE = {"base1", "base5", "clinic", "full"}
"""The smallest, the largest of those without a trade, one with a trade, and everything; the long round takes all."""


@pytest.mark.parametrize(
    "applied",
    [name if name in GATE else pytest.param(name, marks=pytest.mark.long) for name in NAMES],
    indirect=True,
)
def test_what_an_edition_has_is_everywhere_and_what_it_leaves_out_is_nowhere(applied, clinic, wsgi):
    edition, runtime = applied
    assert runtime.plugins == set(edition.plugins)
    shown = traces(runtime, wsgi)
    for plugin in PLUGINS:
        kinds = {kind for kind, names in shown.items() if plugin in names}
        if plugin in edition.plugins:
            assert {"routes", "resources", "commands", "rights", "policies"} <= kinds
        else:
            assert kinds == set()
    for name in FEATURES:
        assert runtime.edition.has_feature(name) is edition.features[name]
    boss, _actor = enter(wsgi, clinic, "boss")
    pages = {address: boss.get(address) for address in ("/", "/palette", "/administration/patterns")}
    assert {address: page.status_code for address, page in pages.items()} == dict.fromkeys(pages, 200)
    has_clinic = "medical" in edition.plugins
    assert ("پزشکان" in pages["/"].text) is has_clinic
    assert ("/medical/doctors" in boss.get("/palette?q=پزشک").text) is has_clinic
    assert boss.get("/medical/doctors").status_code == (200 if has_clinic else 404)
    assert boss.get("/search?q=x").status_code == 200


@pytest.mark.parametrize(
    "applied", ["base1", "practice", pytest.param("full", marks=pytest.mark.long)], indirect=True
)
def test_the_pages_of_each_pattern_open_for_whoever_holds_it(applied, clinic, wsgi):
    edition, runtime = applied
    clinic.engines.dispose(clinic.site.name)
    with clinic.engines.owner(clinic.site).begin() as owner:
        owner.execute(text("UPDATE kernel.site_edition SET applied = applied - 'limits'"))
    for number, pattern in enumerate(edition.patterns):
        browser, actor = enter(wsgi, clinic, f"user{number}", pattern.full_name)
        assert browser.get("/").status_code == 200, pattern.name
        for resource in runtime.resources.values():
            if resource.menu is None:
                continue
            expected = 200 if actor.may(resource.permission, "view") else 403
            assert browser.get(f"/{resource.path}").status_code == expected, (pattern.name, resource.name)
