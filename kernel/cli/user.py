"""`peyvand user`: add users and set passwords, where nobody can sign in yet or the only administrator is locked out."""

from __future__ import annotations

import click

from kernel.access.links import make_link
from kernel.access.own_second_factor import reset
from kernel.access.users import create_user, set_password, user_id_of
from kernel.administration.invitations import address_of
from kernel.cli.state import State, console, explained, site_option
from kernel.resources.audit import note


@click.group()
def user() -> None:
    """Add users, set passwords, make links for setting them."""


@user.command()
@click.argument("username")
@click.option("--name", "display_name", default="", help="Name as others see it.")
@click.option("--administrator", is_flag=True, help="May do everything, and alone manages users.")
@click.option("--password", help="Asked for where it is left out; on the command line others can read it.")
@site_option
@explained
def add(
    username: str, display_name: str, administrator: bool, password: str | None, site: str | None
) -> None:
    """Add the user USERNAME."""
    state = State()
    runtime = state.runtime(site)
    secret = password or click.prompt("Password", hide_input=True, confirmation_prompt=True)
    with runtime.system_work("command line", "user.add") as context:
        create_user(
            context.session,
            username,
            secret,
            display_name=display_name or username,
            is_administrator=administrator,
            site_title=runtime.site.title,
        )
    console.print(f"{username} may sign in now.")


@user.command()
@click.argument("username")
@click.option("--password", help="Asked for where it is left out; on the command line others can read it.")
@site_option
@explained
def password(username: str, password: str | None, site: str | None) -> None:
    """Set the password of USERNAME; all sessions of that user end."""
    state = State()
    runtime = state.runtime(site)
    secret = password or click.prompt("Password", hide_input=True, confirmation_prompt=True)
    with runtime.system_work("command line", "user.password", allowed_when_ended=True) as context:
        user_id = user_id_of(context.session, username)
        set_password(context.session, user_id, secret, site_title=runtime.site.title)
    console.print(f"The password of {username} is set.")


@user.command("reset-second-factor")
@click.argument("username")
@site_option
@explained
def reset_second_factor(username: str, site: str | None) -> None:
    """Take the second step of USERNAME away, whose phone and recovery codes are lost; all sessions end."""
    runtime = State().runtime(site)
    with runtime.system_work("command line", "user.reset_second_factor", allowed_when_ended=True) as context:
        user_id = user_id_of(context.session, username)
        had = reset(context.session, user_id, context.now)
        note(context, "user.reset_second_factor", resource="user", record_id=user_id)
    console.print(
        f"The second step of {username} is taken away." if had else f"{username} has no second step."
    )


@user.command()
@click.argument("username")
@click.option(
    "--base", help="Address of the site in the browser; made of its first host where it is left out."
)
@site_option
@explained
def link(username: str, base: str | None, site: str | None) -> None:
    """Make a link by which USERNAME chooses the password; it is good once."""
    state = State()
    runtime = state.runtime(site)
    with runtime.system_work("command line", "user.link", allowed_when_ended=True) as context:
        token = make_link(context.session, user_id_of(context.session, username), context.now)
    hosts = runtime.site.hosts or ("localhost",)
    console.print(address_of(base or f"https://{hosts[0]}/", token), soft_wrap=True)
