"""The settings of the embedded server, written anew at each start; `conf.d/local.conf` may add to them."""

from __future__ import annotations

from pathlib import Path

ACCESS = """\
# Every account needs its password, the superuser included; nothing listens on the network.
local all all scram-sha-256
"""

COMMON = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "random_page_cost": "1.1",
    # The detail of an error quotes rows: names and numbers of persons do not belong in a log.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}

DURABLE = {
    "logging_collector": "on",
    "log_filename": "postgres-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
}

FAST_AND_UNSAFE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    # Tests open thousands of connections, and each of both sides hashes the password so many times.
    "scram_iterations": "1",
}


def settings(socket_folder: Path, port: int, *, fast_and_unsafe: bool) -> str:
    """The text of the configuration file."""
    chosen = {
        **COMMON,
        **(FAST_AND_UNSAFE if fast_and_unsafe else DURABLE),
        "unix_socket_directories": f'"{socket_folder}"',
        "port": str(port),
    }
    lines = [f"{name} = '{_quoted(value)}'" for name, value in chosen.items()]
    return (
        "# Written at each start of the server. Put settings of your own into local.conf beside it.\n"
        + "".join(line + "\n" for line in lines)
    )


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")
