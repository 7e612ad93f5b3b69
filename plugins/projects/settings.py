"""What a site may set of projects."""

from __future__ import annotations

from kernel.api import Setting, _

SETTINGS = (
    Setting(
        key="use_cartable",
        title=_("New tasks of projects go into the cartable"),
        kind="yes_no",
        default=True,
        help=_("Where the cartable is in use, and somebody is in charge of the task."),
        order=10,
    ),
)
