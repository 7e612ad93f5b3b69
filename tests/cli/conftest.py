"""The command line, run in this process against the server and the sites of the test run."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from kernel.cli.main import main
from kernel.cli.state import console


@pytest.fixture
def peyvand(config):
    """Run `peyvand` with these arguments; gives the result, whose output is never wrapped."""
    console.width = 200  # whatever was imported first may have found a narrower one

    def run(*arguments, status=0, **options):
        environment = {"PEYVAND_HOME": str(config.home), "COLUMNS": "200"}
        result = CliRunner().invoke(main, [str(each) for each in arguments], env=environment, **options)
        assert result.exit_code == status, result.output
        assert "Traceback" not in result.output
        return result.output

    return run


@pytest.fixture
def rows(own_site, engines):
    def ask(query):
        with engines.owner(own_site).connect() as owner:
            return [tuple(row) for row in owner.execute(text(query))]

    return ask
