"""What gunicorn loads: the WSGI application of this installation, with all parts of the kernel.

gunicorn "kernel.cli.web:application()"
"""

from __future__ import annotations

from kernel.administration.assembly import assemble
from kernel.data.config import Config
from kernel.data.logs import configure_logging
from kernel.jobs.app import connect
from kernel.web.wsgi import PeyvandWSGI


def application() -> PeyvandWSGI:
    """Make the application out of the `PEYVAND_*` variables."""
    assemble()
    config = Config.from_env()
    configure_logging(config.home / "logs", "web")
    connect(config)
    return PeyvandWSGI(config)
