"""Sample data of a new site, made in the background: the administrator signs in meanwhile."""

from __future__ import annotations

from sqlalchemy import exists, select

from kernel.access.actor import SYSTEM, load_actor
from kernel.administration.demo.demo import make_samples
from kernel.i18n import _
from kernel.parties.models import Party
from kernel.resources.context import Context
from kernel.resources.queue import Progress, background, enqueue
from kernel.resources.runtime import Runtime

SAMPLES = 200
"""Parties of the sample data."""


def ask_for_samples(context: Context, administrator: int) -> None:
    """Have sample data made after the commit, on behalf of an administrator."""
    enqueue(context, "site.samples", administrator=administrator)


@background("site.samples", _("Fill in sample data"), queue="long", inside=True)
def _fill_in(runtime: Runtime, _progress: Progress, *, administrator: int) -> None:
    """Make the sample data, on a site without parties only: what was broken off is not begun a second time."""
    with runtime.reading(SYSTEM("sample data")) as context:
        if context.session.scalar(select(exists(select(Party.id)))):
            return
        actor = load_actor(context.session, administrator)
    make_samples(runtime, SAMPLES, actor)
