"""`peyvand serve`: the embedded database where it is ours, the web server, and the workers."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping

import click

from kernel.cli.newest import bring_up
from kernel.cli.supervisor import Supervisor
from kernel.data.config import Config
from kernel.data.errors import DataError
from kernel.data.server import Server, connect_server
from kernel.data.site_store import SiteStore


def commands(host: str, port: int, *, web: int, threads: int) -> Mapping[str, list[str]]:
    """Give the command lines of all processes of one machine."""
    python = sys.executable
    gunicorn = [python, "-m", "gunicorn", "kernel.cli.web:application()"]
    gunicorn += ["--bind", f"{host}:{port}", "--workers", str(web), "--threads", str(threads)]
    gunicorn += [
        "--no-control-socket",
        "--worker-class",
        "gthread",
        "--timeout",
        "90",
        "--graceful-timeout",
        "15",
    ]
    gunicorn += ["--max-requests", "20000", "--max-requests-jitter", "2000", "--limit-request-line", "8190"]
    celery = [python, "-m", "celery", "--quiet", "-A", "kernel.cli.worker", "worker", "--loglevel", "WARNING"]
    celery += ["--without-gossip", "--without-mingle", "--without-heartbeat", "--max-tasks-per-child", "500"]
    short = [*celery, "-n", "short@%h", "-Q", "messages,default", "--concurrency", "1", "--beat"]
    long = [*celery, "-n", "long@%h", "-Q", "long", "--concurrency", "1"]
    return {"web": gunicorn, "worker": short, "worker-long": long}


def environment(config: Config) -> dict[str, str]:
    """Give the environment of the processes: ours, with the home named absolutely."""
    return {**os.environ, "PEYVAND_HOME": str(config.home.absolute())}


def run(config: Config, server: Server, host: str, port: int, *, web: int = 2, threads: int = 4) -> None:
    """Start web server and workers, and stay until told to stop. A database server of ours that crashes is started again."""

    def look_after() -> None:
        if server.crashed():
            sys.stderr.write("the database server ended by itself; it is started again\n")
            server.start()

    lines = commands(host, port, web=web, threads=threads)
    Supervisor(lines, environment(config), {"web": signal.SIGHUP}, look_after).run()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--web", default=2, show_default=True, type=click.IntRange(1, 64), help="Web processes.")
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 64), help="Threads of each.")
def serve(host: str, port: int, web: int, threads: int) -> None:
    """Serve all sites of this installation, with their workers, until stopped."""
    try:
        config = Config.from_env()
        store = SiteStore(config)
        sites = [store.load(name) for name in store.names()]
        server = connect_server(config)
    except DataError as error:
        raise click.ClickException(str(error.text)) from error
    try:
        for line in bring_up(config, sites):
            click.echo(line)
        for site in sites:
            click.echo(f"{site.title}: {', '.join(site.hosts) or 'no host name'}")
        click.echo(f"Listening on http://{host}:{port}/  (stop with Ctrl-C)")
        if not sites:
            from kernel.administration.first_run import setup_code

            shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::1", "::") else host  # noqa: S104 - compared, not bound
            click.echo("There is no site yet. Set one up in the browser (the code is good until then):")
            click.echo(f"  http://{shown}:{port}/setup?code={setup_code(config)}")
        run(config, server, host, port, web=web, threads=threads)
    finally:
        server.stop()
