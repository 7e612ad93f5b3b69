"""What the process is told by its environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from kernel.data.config import Config
from kernel.data.errors import ConfigError


def test_without_settings_everything_is_local():
    config = Config.from_env({})
    assert config == Config(home=Path("var").absolute())
    assert config.database_url is None
    assert config.trust_proxy == 0


def test_all_settings():
    config = Config.from_env(
        {
            "PEYVAND_HOME": "/srv/peyvand",
            "PEYVAND_DATABASE_URL": "postgres://boss:pw@db/postgres",
            "PEYVAND_FILES": "/mnt/files",
            "PEYVAND_BROKER_URL": "redis://broker",
            "PEYVAND_POOLER": "Transaction",
            "PEYVAND_TRUST_PROXY": "2",
        }
    )
    assert config == Config(
        home=Path("/srv/peyvand"),
        database_url="postgresql+psycopg://boss:pw@db/postgres",
        files=Path("/mnt/files"),
        broker_url="redis://broker",
        pooler="transaction",
        trust_proxy=2,
    )


def test_secrets_do_not_show():
    config = Config.from_env(
        {"PEYVAND_DATABASE_URL": "postgres://boss:hush@db/x", "PEYVAND_BROKER_URL": "redis://:hush@b"}
    )
    assert "hush" not in repr(config)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PEYVAND_DATABASE_URL", "mysql://x"),
        ("PEYVAND_DATABASE_URL", "db.example"),
        ("PEYVAND_POOLER", "session"),
        ("PEYVAND_TRUST_PROXY", "maybe"),
        ("PEYVAND_TRUST_PROXY", "-1"),
    ],
)
def test_nonsense_is_named(name, value):
    with pytest.raises(ConfigError, match=name):
        Config.from_env({name: value})


@pytest.mark.parametrize(("value", "proxies"), [("yes", 1), ("1", 1), ("off", 0), ("", 0), ("3", 3)])
def test_trusting_proxies(value, proxies):
    assert Config.from_env({"PEYVAND_TRUST_PROXY": value}).trust_proxy == proxies
