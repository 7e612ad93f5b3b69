"""Applying an edition to a site: the plan's steps one by one, each a transaction, then settings, patterns and limits.

Killed anywhere, it is simply called again: what is done is not done twice, and what the site had of its own is noted before
the first step. A running server follows by the epoch.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from kernel.access.models import AccessGrant, Pattern
from kernel.access.users import save_pattern
from kernel.administration.editions.changes import Change, PatternChange
from kernel.administration.editions.models import Edition
from kernel.administration.editions.planning import EditionPlan, plan_edition, today_at
from kernel.administration.field_rules import rules_of, write_rules
from kernel.administration.settings import store_values
from kernel.data.config import Config
from kernel.data.site_store import SiteStore
from kernel.extension.editions import SiteEditionRow
from kernel.extension.state import State, raise_epoch, read_states
from kernel.i18n import _
from kernel.lifecycle.errors import StepRefused
from kernel.lifecycle.install import install
from kernel.lifecycle.steps import Performer, Workshop
from kernel.lifecycle.switching import pause, resume
from kernel.resources.audit import note
from kernel.resources.build import build_runtime
from kernel.resources.context import Context


def apply_edition(workshop: Workshop, edition: Edition, by: Performer) -> EditionPlan:
    """Bring a site to an edition and give the plan that was carried out; one with nothing to do changes nothing.

    Raises `StepRefused` with every obstacle before anything is done, or where another is applying an edition.
    """
    with _alone(workshop):
        plan = plan_edition(workshop, edition, by)
        if plan.obstacles:
            raise StepRefused(
                _(
                    "The edition “%(name)s” cannot be applied: %(obstacle)s",
                    name=edition.name,
                    obstacle=plan.obstacles[0].text,
                ),
                "obstacles",
                plan.obstacles,
            )
        if plan.nothing_to_do:
            return plan
        _begin(workshop, plan)
        workshop.reach("edition begun")
        for name in plan.pauses:
            pause(workshop, name, by)
        for name in plan.resumes:
            resume(workshop, name, by)
        for name in plan.installs:
            if name not in _states(workshop):
                install(workshop, name, by)
        workshop.reach("edition plugins")
        _finish(workshop, plan, by)
        workshop.reach("edition applied")
    return plan


def remember_name(config: Config, site_name: str, edition: str) -> None:
    """Write the name of a site's edition into its description, where lists of sites read it."""
    store = SiteStore(config)
    site = store.load(site_name)
    if site.edition != edition:
        store.save(replace(site, edition=edition))


@contextmanager
def _alone(workshop: Workshop) -> Iterator[None]:
    """Hold off others who apply an edition to the same site; a process that dies lets go."""
    lock = "hashtext('peyvand.edition')"
    with workshop.engines.owner(workshop.site).connect() as connection:
        if not connection.execute(text(f"SELECT pg_try_advisory_lock({lock})")).scalar_one():
            raise StepRefused(_("Somebody else is applying an edition to this site at this moment."), "busy")
        connection.commit()
        try:
            yield
        finally:
            connection.execute(text(f"SELECT pg_advisory_unlock({lock})"))
            connection.commit()


def _states(workshop: Workshop) -> dict[str, State]:
    with workshop.engines.owner(workshop.site).connect() as connection:
        return {name: state.state for name, state in read_states(connection).items()}


def _begin(workshop: Workshop, plan: EditionPlan) -> None:
    """Note what is the site's own, and what is about to come from the edition, before anything changes."""
    additions = {**plan.before.additions, "plugins": list(plan.own)}
    pending = {"name": plan.edition.name, "plugins": list(plan.snapshot["plugins"])}
    with workshop.engines.owner(workshop.site).begin() as connection:
        connection.execute(update(SiteEditionRow).values(additions=additions, pending=pending))


def _finish(workshop: Workshop, plan: EditionPlan, by: Performer) -> None:
    runtime = build_runtime(workshop.site, workshop.engines, discovery=workshop.discovery)
    reason = f"edition {plan.edition.name}"
    with runtime.system_work(reason, "edition.apply", allowed_when_ended=True) as context:
        session = context.session
        store_values(context, {each.key: each.after for each in plan.settings if each.does_something})
        for pattern in plan.patterns:
            _write_pattern(session, pattern)
        session.execute(update(SiteEditionRow).values(**_row(workshop, plan)))
        _account(context, plan, by)
        raise_epoch(session)


def _write_pattern(session: Session, pattern: PatternChange) -> None:
    if pattern.change is Change.REMOVED:
        number = session.execute(select(Pattern.id).where(Pattern.name == pattern.name)).scalar_one()
        session.execute(delete(AccessGrant).where(AccessGrant.pattern_id == number))
        session.execute(delete(Pattern).where(Pattern.id == number))
    elif pattern.does_something:
        number = save_pattern(session, pattern.name, pattern.title, pattern.grants)
        write_rules(session, number, rules_of(session, number), pattern.fields)


def _row(workshop: Workshop, plan: EditionPlan) -> dict[str, Any]:
    values: dict[str, Any] = {"name": plan.edition.name, "applied": dict(plan.snapshot), "pending": {}}
    if plan.before.started_on is None:
        values["started_on"] = today_at(workshop.site)
    if plan.term_until is not None:
        values["term_until"] = plan.term_until
    if "grace_days" in plan.limits and plan.edition.limits.grace_days is not None:
        values["grace_days"] = plan.edition.limits.grace_days
    return values


def _account(context: Context, plan: EditionPlan, by: Performer) -> None:
    detail = {
        "from": plan.before.name,
        "to": plan.edition.name,
        "installed": list(plan.installs),
        "resumed": list(plan.resumes),
        "paused": list(plan.pauses),
        "by": by.name,
    }
    note(context, "edition.apply", detail=detail)
