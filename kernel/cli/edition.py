"""`peyvand edition`: what editions hold, and what applying one to a site would do."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from kernel.access.actor import SYSTEM
from kernel.administration.editions import (
    Edition,
    EditionPlan,
    apply_edition,
    edition_names,
    examine,
    load_edition,
    plan_edition,
    read_edition,
    remember_name,
)
from kernel.administration.editions.changes import Change
from kernel.administration.editions.models import EditionError, stored_limits
from kernel.administration.editions.terms import set_additions
from kernel.cli.state import State, console, explained, site_option
from kernel.extension.discovery import discover
from kernel.lifecycle.errors import StepRefused
from kernel.lifecycle.steps import Workshop
from kernel.resources.term import day_in_words

BY = SYSTEM("command line")


@click.group()
def edition() -> None:
    """Show, check and apply editions: named sets of plugins, settings, patterns and limits."""


@edition.command("list")
@explained
def list_() -> None:
    """List the editions that can be applied."""
    state = State()
    table = Table("name", "title", "plugins", "to come", "users at once")
    for name in edition_names(state.config):
        try:
            each = load_edition(state.config, name)
        except EditionError as error:
            table.add_row(name, "cannot be read", str(error.problems[0]), "", "")
            continue
        table.add_row(
            name,
            each.title_in("fa"),
            ", ".join(each.plugins),
            ", ".join(each.to_come),
            str(each.limits.users_at_once or "any number"),
        )
    console.print(table)


@edition.command()
@click.argument("name")
@explained
def show(name: str) -> None:
    """Show what the edition NAME holds, with what it takes from others."""
    found = load_edition(State().config, name)
    _heading(found)
    for line in _lines(found):
        console.print(line, soft_wrap=True)


@edition.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@explained
def check(file: Path) -> None:
    """Check FILE: every key and value, and whether its plugins, settings and rights are here. Status 1 for a problem."""
    state = State()
    try:
        found = read_edition(state.config, file)
    except EditionError as error:
        for problem in error.problems:
            console.print(f"{file.name}: {problem}", soft_wrap=True)
        raise click.ClickException("This edition cannot be read.") from error
    seen = examine(found, discover())
    _list(str(each) for each in seen.remarks)
    _list(f"Wrong: {each}" for each in seen.problems)
    if seen.problems:
        raise click.ClickException("This edition cannot be applied.")
    console.print(f"{found.name} is well.")


@edition.command()
@click.argument("name")
@site_option
@explained
def diff(name: str, site: str | None) -> None:
    """Show what applying the edition NAME to a site would do; nothing is changed. Status 1 where it cannot be applied."""
    state = State()
    plan = plan_edition(_workshop(state, site), load_edition(state.config, name), BY)
    _show(plan)
    if plan.obstacles:
        raise click.ClickException("This edition cannot be applied now.")


@edition.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@site_option
@explained
def apply(name: str, yes: bool, site: str | None) -> None:
    """Bring a site to the edition NAME. Repeating it changes nothing; interrupted, it goes on where it stood."""
    state = State()
    workshop = _workshop(state, site)
    wanted = load_edition(state.config, name)
    plan = plan_edition(workshop, wanted, BY)
    _show(plan)
    if not (yes or plan.obstacles or plan.nothing_to_do):
        click.confirm("Do all of this?", abort=True)
    try:
        done = apply_edition(workshop, wanted, BY)
    except StepRefused as error:
        raise click.ClickException(str(error.text)) from error
    remember_name(state.config, workshop.site.name, wanted.name)
    if not done.nothing_to_do:
        console.print(f"The site {workshop.site.name} is of the edition {name} now.")


@edition.command()
@click.option("--feature", "on", multiple=True, help="Switch a feature on for this site; may be repeated.")
@click.option("--no-feature", "off", multiple=True, help="Switch a feature off for this site.")
@click.option("--as-edition", "follow", multiple=True, help="Let a feature follow the edition again.")
@click.option("--users", type=int, help="Users at once in addition to those of the edition.")
@site_option
@explained
def extra(
    on: tuple[str, ...], off: tuple[str, ...], follow: tuple[str, ...], users: int | None, site: str | None
) -> None:
    """Give a site features or users beyond its edition; they stay when another is applied. Plugins: `plugin install`."""
    runtime = State().runtime(site)
    chosen = {**dict.fromkeys(on, True), **dict.fromkeys(off, False), **dict.fromkeys(follow)}
    now = set_additions(runtime, features=chosen, users=users)
    features = now.additions["features"]
    told = ", ".join(f"{name} {'on' if features[name] else 'off'}" for name in sorted(features)) or "none"
    console.print(f"Features of its own: {told}. Users at once: {now.users_at_once or 'any number'}.")


def _workshop(state: State, site: str | None) -> Workshop:
    runtime = state.runtime(site)
    return Workshop(runtime.site, runtime.engines, runtime.hooks.discovery)


def _heading(found: Edition) -> None:
    console.print(f"[bold]{found.name}[/bold]: {found.title_in('fa')} ({found.title_in('en')})")


def _lines(found: Edition) -> Iterable[str]:
    if found.extends:
        yield f"Extends: {', '.join(found.extends)}"
    yield f"Plugins: {', '.join(found.plugins) or 'none'}"
    yield f"To come: {', '.join(found.to_come) or 'none'}"
    for name, value in stored_limits(found.limits).items():
        yield f"Limit {name}: {value}"
    for name, on in found.features.items():
        yield f"Feature {name}: {'on' if on else 'off'}"
    for key, value in found.settings.items():
        yield f"Setting {key} = {value}"
    for pattern in found.patterns:
        rights = ", ".join(
            f"{res} {act} ({', '.join(sorted(scopes))})" for (res, act), scopes in pattern.grants.items()
        )
        yield f"Pattern {pattern.name}, {pattern.title_in('fa')}: {rights}"
        for (res, name), rule in pattern.fields.items():
            yield f"Pattern {pattern.name}, field {name} of {res}: {rule}"


WORDS = {
    Change.SET: "Sets",
    Change.RESET: "Resets",
    Change.MADE: "Makes the pattern",
    Change.CHANGED: "Changes the pattern",
    Change.REMOVED: "Removes the unused pattern",
    Change.KEPT: "Keeps, since it was changed by hand,",
}


def _show(plan: EditionPlan) -> None:
    _list(_told(plan))
    _list(f"Note: {each}" for each in plan.remarks)
    _list(f"In the way: {each.text}" for each in plan.obstacles)
    if plan.nothing_to_do:
        console.print("The site is as the edition says: nothing to do.")


def _told(plan: EditionPlan) -> Iterable[str]:
    """Say in lines what a plan would do."""
    if plan.renamed:
        yield f"Edition: {plan.before.name or 'none'} -> {plan.edition.name}"
    for words, names in (("Installs", plan.installs), ("Resumes", plan.resumes)):
        if names:
            yield f"{words}: {', '.join(names)}"
    if plan.pauses:
        yield f"Pauses (their data stay): {', '.join(plan.pauses)}"
    if plan.additions:
        yield f"Goes on besides the edition: {', '.join(plan.additions)}"
    for setting in plan.settings:
        yield f"{WORDS[setting.change]} {setting.key}: {_value(setting.before)} -> {_value(setting.after)}"
    for pattern in plan.patterns:
        yield f"{WORDS[pattern.change]} {pattern.name} ({pattern.title})"
    for name, (before, after) in plan.limits.items():
        more = plan.before.additions.get("users", 0) if name == "users_at_once" and after else 0
        yield f"Limit {name}: {before or 'none'} -> {after or 'none'}{f', and {more} of its own' if more else ''}"
    for name, on in plan.features.items():
        yield f"Feature {name}: {'on' if on else 'off'}"
    if plan.term_until:
        yield f"The term begins, until {day_in_words(plan.term_until)}"


def _value(value: Any) -> str:
    return "empty" if value in (None, "") else str(value)


def _list(lines: Iterable[str]) -> None:
    for line in lines:
        console.print(line, soft_wrap=True, markup=False)
