"""What an operator decides about a site besides its edition: its term, and features and users bought in addition."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import update

from kernel.extension.editions import FEATURES, SiteEdition, SiteEditionRow, read_site_edition
from kernel.extension.state import raise_epoch
from kernel.fa.calendar import add_months
from kernel.i18n import _
from kernel.resources.audit import note
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.runtime import Runtime

MOST_GRACE = 90


def extended(edition: SiteEdition, today: date, months: int) -> date:
    """Give the last day of a term that goes on for so many Jalali months: from its end, or from today where that is past."""
    end = edition.term_until
    if end is None or end < today:
        return add_months(today, months) - timedelta(days=1)
    return add_months(end + timedelta(days=1), months) - timedelta(days=1)


def set_term(runtime: Runtime, until: date | None, grace_days: int | None = None) -> SiteEdition:
    """Set the last day of a site's term, None for a site without one; gives what holds then.

    Also where the term has ended: this is how it is renewed. The clock of this moment is taken for right, so that a day
    which a wrong clock has left behind no longer counts.
    """
    if grace_days is not None and not 0 <= grace_days <= MOST_GRACE:
        message = _("The days of grace are a number from 0 to %(most)d.", most=MOST_GRACE)
        raise Invalid([Problem("grace", message)])
    with runtime.system_work("term of the site", "site.term", allowed_when_ended=True) as context:
        values: dict[str, Any] = {"term_until": until, "latest_day": context.today}
        if grace_days is not None:
            values["grace_days"] = grace_days
        _change(context, values, {"until": until.isoformat() if until else None, "grace_days": grace_days})
        return read_site_edition(context.session)


def set_additions(
    runtime: Runtime, *, features: Mapping[str, bool | None] | None = None, users: int | None = None
) -> SiteEdition:
    """Note what a site has besides its edition: features on or off (None follows the edition again), users at once.

    Raises `Invalid` for a feature that there is not, or a negative number.
    """
    with runtime.system_work(
        "additions to the edition", "site.additions", allowed_when_ended=True
    ) as context:
        held = dict(read_site_edition(context.session).additions)
        chosen = dict(held.get("features", {}))
        for name, on in (features or {}).items():
            if name not in FEATURES:
                known = ", ".join(FEATURES)
                message = _("There is no feature “%(name)s”. There are: %(known)s.", name=name, known=known)
                raise Invalid([Problem("feature", message)])
            chosen.pop(name, None)
            if on is not None:
                chosen[name] = on
        if users is not None and users < 0:
            raise Invalid([Problem("users", _("A number of users cannot be negative."))])
        held["features"] = chosen
        held["users"] = held.get("users", 0) if users is None else users
        _change(context, {"additions": held}, {"features": chosen, "users": held["users"]})
        return read_site_edition(context.session)


def _change(context: Context, values: Mapping[str, Any], detail: Mapping[str, Any]) -> None:
    context.session.execute(update(SiteEditionRow).values(**values))
    note(context, context.journal.command if context.journal else "site", detail=detail)
    raise_epoch(context.session)
