"""What Celery's own command line loads: the application of this installation, with all parts of the kernel.

celery -A kernel.cli.worker worker -Q messages,default
"""

from __future__ import annotations

import logging
import warnings

from celery.exceptions import SecurityWarning

from kernel.administration.assembly import assemble
from kernel.data.config import Config
from kernel.data.logs import set_up_logging
from kernel.jobs import heartbeat
from kernel.jobs.app import connect

# Celery warns of running as root since pickled messages could run code; ours are JSON.
warnings.filterwarnings("ignore", category=SecurityWarning)
assemble()
_config = Config.from_env()
set_up_logging(_config.home, level=logging.WARNING, process="worker")
heartbeat.install(_config)
app = connect(_config)
"""The Celery application."""
