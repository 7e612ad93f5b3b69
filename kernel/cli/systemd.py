"""`peyvand systemd-unit`: the service file of this installation, for `/etc/systemd/system/peyvand.service`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

UNIT = """\
[Unit]
Description=Peyvand
Documentation=man:systemd.service(5)
After=network-online.target
Wants=network-online.target

[Service]
Type=exec
User={user}
EnvironmentFile=-{home}/peyvand.env
Environment=PEYVAND_HOME={home}
ExecStart={program} serve --host {host} --port {port}
# Web processes and workers are replaced one after the other; what they are doing is ended first.
ExecReload=/bin/kill -HUP $MAINPID
# The main process ends the others; what has not ended after the time is killed with it.
KillMode=mixed
TimeoutStopSec=90
Restart=on-failure
RestartSec=5
UMask=0027
NoNewPrivileges=yes
ProtectSystem=full
ReadWritePaths={home}
ProtectKernelTunables=yes
ProtectControlGroups=yes
LimitNOFILE=65536

[Install]
WantedBy=multi-user.target
"""


@click.command("systemd-unit")
@click.option("--user", default="peyvand", show_default=True, help="Account that it runs under.")
@click.option("--home", type=click.Path(path_type=Path), default=Path("/srv/peyvand"), show_default=True)
@click.option("--program", type=click.Path(path_type=Path), help="The program; this one where left out.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def systemd_unit(user: str, home: Path, program: Path | None, host: str, port: int) -> None:
    """Print a unit file; write it to /etc/systemd/system/peyvand.service."""
    chosen = program or Path(sys.argv[0]).absolute()
    for value in (user, str(home), str(chosen), host):
        if any(letter.isspace() or letter in "%\"'\\" for letter in value):
            raise click.UsageError(f"{value!r} cannot stand in a unit file; choose a name without blanks.")
    click.echo(UNIT.format(user=user, home=home.absolute(), program=chosen, host=host, port=port), nl=False)
