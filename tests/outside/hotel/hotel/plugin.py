"""The hotel: read this first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click
from flask import Blueprint
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotel import commands as commands_module
from hotel import resources as declared
from hotel.enquiry import make_blueprint
from hotel.models import Room, Stay
from hotel.policies import POLICIES
from kernel.api import (
    Command,
    Context,
    Facet,
    MenuItem,
    Obstacle,
    Panel,
    PartyRole,
    PatternSuggestion,
    Plugin,
    Policy,
    Resource,
    Runtime,
    Series,
    Setting,
    _,
    commands_in,
    hookimpl,
)

plugin = Plugin(
    name="hotel",
    title=_("Hotel"),
    version="1.1.0",
    icon="building",
    summary=_("Rooms and the stays of guests."),
)


@hookimpl
def resources() -> Iterable[Resource]:
    return (declared.ROOM, declared.STAY)


@hookimpl
def policies() -> Iterable[Policy]:
    return POLICIES


@hookimpl
def facets() -> Iterable[Facet]:
    return (declared.GUEST,)


@hookimpl
def commands() -> Iterable[Command]:
    return commands_in(commands_module)


@hookimpl
def blueprints() -> Iterable[Blueprint]:
    return (make_blueprint(),)


@hookimpl
def party_roles() -> Iterable[PartyRole]:
    return (PartyRole(key="guest", title=_("Hotel guest"), order=300, icon="building"),)


@hookimpl
def patterns() -> Iterable[PatternSuggestion]:
    return (
        PatternSuggestion(
            name="porter",
            title=_("Porter"),
            grants={("hotel.stay", "view"): "all", ("hotel.stay", "create"): "all", ("party", "view"): "all"},
        ),
    )


@hookimpl
def settings() -> Iterable[Setting]:
    return (Setting(key="check_out", title=_("Hour of leaving"), kind="whole", default=12),)


@hookimpl
def number_series() -> Iterable[Series]:
    return (Series(name="bill", title=_("Numbers of bills"), pattern="{number}"),)


@click.command("rooms")
@click.pass_obj
def rooms_command(runtime: Runtime) -> None:
    """Print how many rooms the hotel has."""
    with runtime.system_work("command line", "hotel.rooms") as context:
        click.echo(context.session.scalar(select(func.count(Room.id))))


@hookimpl
def cli() -> Iterable[click.Command]:
    return (rooms_command,)


@hookimpl
def menu() -> Iterable[MenuItem]:
    return (
        MenuItem(
            label=_("Rooms"),
            target="/hotel/rooms",
            icon="building",
            permission=("hotel.room", "view"),
            order=700,
        ),
    )


@hookimpl
def party_panels(ctx: Context, party_id: int) -> Iterable[Panel]:
    nights = ctx.session.execute(
        select(func.sum(Stay.departure - Stay.arrival)).where(Stay.guest_id == party_id)
    ).scalar()
    if nights:
        yield Panel(title=_("Nights"), body=str(nights), order=700, key="nights")


@hookimpl
def installed(session: Session, ctx: Context) -> None:
    session.add(Room(number="1", night_price=10_000_000))


@hookimpl
def upgraded(session: Session, ctx: Context, since: str) -> None:
    for stay in session.execute(select(Stay).where(Stay.remarks.is_(None))).scalars():
        stay.remarks = f"since {since}"


@hookimpl
def obstacles_to_uninstall(session: Session, ctx: Context) -> Iterable[Obstacle]:
    count: Any = session.execute(select(func.count()).where(Room.night_price == 0)).scalar_one()
    if count:
        yield Obstacle(text=_("Rooms without a price"), count=count, url="/hotel/rooms")
