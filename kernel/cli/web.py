"""What gunicorn loads: the WSGI application of this installation, with all parts of the kernel.

gunicorn "kernel.cli.web:application()"
"""

from __future__ import annotations

import logging

from kernel.administration.assembly import assemble
from kernel.data.config import Config
from kernel.data.logs import set_up_logging
from kernel.jobs.app import connect
from kernel.web.wsgi import PeyvandWSGI


def application() -> PeyvandWSGI:
    """Make the application out of the `PEYVAND_*` variables."""
    assemble()
    config = Config.from_env()
    set_up_logging(config.home, level=logging.WARNING, process="web")
    connect(config)
    return PeyvandWSGI(config)
