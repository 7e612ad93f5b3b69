"""Asking plugins inside a step: they are given the owner's session, and a context that acts for the system."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.access.actor import SYSTEM
from kernel.access.errors import UnprotectedModel
from kernel.access.scope_functions import make_scope_functions
from kernel.access.walls import apply_policies
from kernel.data.names import app_role
from kernel.extension.calling import HookFailed, Hooks
from kernel.extension.contributions import Obstacle
from kernel.extension.models import Setting
from kernel.extension.state import State, read_epoch, running
from kernel.i18n import _
from kernel.lifecycle.derived import apply_derived
from kernel.lifecycle.errors import StepRefused
from kernel.lifecycle.steps import Work
from kernel.resources.build import assemble
from kernel.resources.context import Context
from kernel.resources.declared import DeclaredTwice
from kernel.resources.errors import CommandError
from kernel.resources.guarding import models_of
from kernel.resources.runtime import Runtime
from kernel.resources.user_fields.definition import Definition, read_definitions


def runtime_with(work: Work, *names: str, without: str = "") -> Runtime:
    """Build the runtime that the site will have with these plugins enabled besides those that run, and `without` one.

    Raises `StepRefused` if one of them is broken: its declarations fail, or use names that others use.
    """
    enabled = {*running(work.discovery, work.states), *names} - {without}
    rows = work.connection.execute(select(Setting.key, Setting.value))
    hooks = Hooks(work.discovery, enabled, refusals=(CommandError,))
    try:
        runtime = assemble(
            work.workshop.site,
            work.workshop.engines,
            epoch=read_epoch(work.connection),
            hooks=hooks,
            values={row.key: row.value for row in rows},
            definitions=_definitions(work),
        )
    except DeclaredTwice as error:
        raise StepRefused(
            _("Two plugins use one name, so they cannot run together: %(error)s.", error=str(error)),
            "declared-twice",
        ) from error
    for name in names:
        reason = runtime.declared.declarations.broken.get(name)
        if reason is not None:
            raise StepRefused(
                _("The plugin “%(name)s” cannot be used. %(reason)s", name=name, reason=reason.text), "broken"
            )
    return runtime


def _definitions(work: Work) -> tuple[Definition, ...]:
    """Read the fields that the administrator defined: records that a plugin makes in a step have them, too."""
    with Session(work.connection) as session:
        return read_definitions(session)


@contextmanager
def asking(work: Work, runtime: Runtime, reason: str) -> Iterator[tuple[Session, Context]]:
    """Give the owner's session within the step's transaction, and a context around it; flushes at the end."""
    session = Session(work.connection)
    site = work.workshop.site
    context = Context(
        site=site,
        actor=SYSTEM(reason),
        session=session,
        now=datetime.now(UTC),
        locale=site.locale,
        time_zone=site.time_zone,
        epoch=runtime.epoch,
        plugins=runtime.plugins,
        runtime=runtime,
    )
    try:
        yield session, context
    except (HookFailed, CommandError) as error:
        raise StepRefused(error.message, "plugin-refused") from error
    session.flush()
    session.expunge_all()


def settle(work: Work, runtime: Runtime, name: str) -> None:
    """Enable the plugin, and make anew what is derived from its declarations: its walls, and rows that other
    parts of the kernel keep for it.
    """
    site = work.workshop.site
    apply_derived(work.connection, site, name)
    try:
        runtime.policies.check_complete(models_of(name))
        make_scope_functions(work.connection, runtime.policies, app_role(site.name))
        fingerprint = apply_policies(work.connection, name, runtime.policies, app_role(site.name))
    except UnprotectedModel as error:
        raise StepRefused(
            _("The plugin “%(name)s” leaves rows unprotected: %(error)s.", name=name, error=str(error)),
            "unprotected",
        ) from error
    work.keep(name, walls=fingerprint, state=State.ENABLED, reason=None)


def require_of(work: Work, runtime: Runtime, name: str, hook: str, **arguments: object) -> None:
    """Ask the plugin by a hook that must succeed, with the owner's session."""
    with asking(work, runtime, hook) as (session, context):
        runtime.hooks.require_of(name, hook, session=session, ctx=context, **arguments)


def obstacles_of(work: Work, name: str) -> list[Obstacle]:
    """Ask a plugin what stands in the way of its removal; one that is broken, failing or gone is not asked."""
    usable = name in work.discovery.plugins and work.standing(name).state in (State.ENABLED, State.PAUSED)
    if not usable:
        return []
    try:
        runtime = runtime_with(work, name)
        with asking(work, runtime, "obstacles_to_uninstall") as (session, context):
            answer = runtime.hooks.require_of(name, "obstacles_to_uninstall", session=session, ctx=context)
    except StepRefused:
        return [Obstacle(text=_("It fails when it is asked; once it is in quarantine, it is not asked."))]
    return list(answer or ())
