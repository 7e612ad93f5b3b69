import os

import pytest
from click.testing import CliRunner

from kernel.cli.main import main
from kernel.data.config import Config
from kernel.data.server import connect_server
from kernel.lifecycle import database

NAME = f"setup_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
ANSWERS = ["--organisation", "دفتر", "--host", "x.example", "--administrator", "مینا", "--username", "mina"]
REST = ["--password", "ارکیده-سپید-۹۱", "--name", NAME, "--edition", ""]


@pytest.fixture
def peyvand(server, tmp_path):
    url = server.admin_url()

    def run(*arguments):
        environment = {"PEYVAND_HOME": str(tmp_path), "PEYVAND_DATABASE_URL": url, "COLUMNS": "200"}
        return CliRunner().invoke(main, list(arguments), env=environment)

    yield run
    with database.administering(connect_server(Config(home=tmp_path, database_url=url)).admin_url()) as admin:
        database.drop_database(admin, NAME)


def test_the_first_site_is_set_up_once(peyvand):
    wrong = peyvand("setup", *ANSWERS, "--password", "123", "--name", NAME, "--edition", "")
    assert wrong.exit_code == 1
    assert "password:" in wrong.output
    done = peyvand("setup", *ANSWERS, *REST)
    assert done.exit_code == 0, done.output
    assert NAME in peyvand("site", "list").output
    link = peyvand("user", "link", "mina", "--base", "https://x.example/")
    assert "https://x.example/set-password/" in link.output
    again = peyvand("setup", *ANSWERS, *REST)
    assert again.exit_code == 1
    assert "already" in again.output
