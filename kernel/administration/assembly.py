"""Put the parts of the kernel together: the layers above `resources` enter the registry that it defines."""

from __future__ import annotations

import gc
from functools import cache

from kernel.administration import furnishing
from kernel.administration.backups.part import PART as BACKUPS
from kernel.administration.part import PART as ADMINISTRATION
from kernel.documents.part import PART as DOCUMENTS
from kernel.interactions.part import PART as INTERACTIONS
from kernel.interfaces.part import INSTALL as TELL_PROGRAMS
from kernel.interfaces.part import PART as INTERFACES
from kernel.jobs.app import store_rows
from kernel.jobs.part import PART as JOBS
from kernel.lifecycle.part import PART as LIFECYCLE
from kernel.messages.inbound.part import PART as INBOUND
from kernel.messages.part import PART as MESSAGES
from kernel.messages.reminders.part import PART as REMINDERS
from kernel.messages.report_mail.part import PART as REPORT_MAIL
from kernel.parties.part import PART as PARTIES
from kernel.resources.part import PART as RESOURCES
from kernel.resources.parts import register_part

COLLECTED_AFTER = (20_000, 20, 20)
"""How many objects more than were freed begin a round of the garbage collector, and how many rounds an older one.

Pages, imports and builds of a site make tens of thousands of objects that go by counting; at Python's 700 a fifth of
the processor's time went into looking for circles among them.
"""


def assemble() -> None:
    """Enter all parts; whoever opens a site calls this once, and calling it again changes nothing."""
    for part in (
        RESOURCES,
        JOBS,
        PARTIES,
        INTERACTIONS,
        DOCUMENTS,
        MESSAGES,
        INBOUND,
        REMINDERS,
        REPORT_MAIL,
        INTERFACES,
        LIFECYCLE,
        ADMINISTRATION,
        BACKUPS,
    ):
        register_part(part)
    furnishing.install()
    TELL_PROGRAMS()
    store_rows()
    _keep_what_is_loaded()
    gc.set_threshold(*COLLECTED_AFTER)


@cache
def _keep_what_is_loaded() -> None:
    """Take modules, models and declarations out of the garbage collector's rounds: they stay as long as the process.

    Looking through all of them again and again took a third of the time of an import.
    """
    gc.collect()
    gc.freeze()
