"""What a plugin from outside adds to the command line, and the numbers of its series."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from kernel.access.actor import SYSTEM
from kernel.api import take_number
from kernel.cli.main import main
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.discovery import discover
from kernel.lifecycle.steps import Workshop
from kernel.lifecycle.switching import pause, resume
from kernel.resources.build import build_runtime
from kernel.resources.errors import Refused
from kernel.testing.authors import install_plugin
from kernel.testing.worker_sites import WorkerSites

pytestmark = pytest.mark.usefixtures("installed_outside")


@pytest.fixture
def hotel_site(installed_outside: None, worker_sites: WorkerSites, engines: Engines) -> Iterator[Site]:
    yield worker_sites.kept("hotel alone", lambda made: install_plugin(engines, "hotel", made))
    worker_sites.clean("hotel alone")


def peyvand(config: Config, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, arguments, env={"PEYVAND_HOME": str(config.home), "COLUMNS": "200"})
    return done.exit_code, done.output


def test_its_commands_run_on_sites_where_it_runs(hotel_site: Site, config: Config, engines: Engines) -> None:
    site = ("--site", hotel_site.name)
    assert peyvand(config, "hotel", *site, "rooms") == (0, "2\n")
    for asked in ((*site, "--help"), ("--help", *site)):
        assert "Print how many rooms" in peyvand(config, "hotel", *asked)[1]
    status, said = peyvand(config, "hotel", *site, "cellars")
    assert status == 2
    assert "No such command" in said
    workshop = Workshop(hotel_site, engines, discover())
    pause(workshop, "hotel", SYSTEM("test"))
    try:
        status, said = peyvand(config, "hotel", *site, "rooms")
        assert status == 1
        assert "does not run on the site" in said
    finally:
        resume(workshop, "hotel", SYSTEM("test"))


def test_plugins_without_commands_and_names_of_nothing_are_no_groups(config: Config) -> None:
    for name in ("medical", "bakery"):
        status, said = peyvand(config, name)
        assert status == 2
        assert "No such command" in said
    assert "hotel" in peyvand(config, "--help")[1]


def test_its_series_gives_numbers_without_gaps_and_anew_each_fiscal_year(
    hotel_site: Site, engines: Engines
) -> None:
    runtime = build_runtime(hotel_site, engines, isolate=False)
    assert str(runtime.declared.series["hotel.bill"].title) == "Numbers of bills"
    given = []
    for refused in (False, True, False):
        try:
            with runtime.system_work("test", "hotel.bill") as context:
                given.append(take_number(context, "hotel.bill"))
                if refused:
                    raise Refused(runtime.declared.series["hotel.bill"].title)
        except Refused:
            given.pop()
    assert given == [1, 2]
    later = runtime.clock().replace(year=runtime.clock().year + 1)
    runtime.clock = lambda: later
    with runtime.system_work("test", "hotel.bill") as context:
        assert take_number(context, "hotel.bill") == 1
        with pytest.raises(KeyError):
            take_number(context, "hotel.receipt")
