"""The kernel's pages: those of one address each, and the generic ones of every resource."""

from __future__ import annotations

from flask import Flask

from kernel.resources.runtime import Runtime
from kernel.web.views import (
    account,
    base_data,
    branding,
    calls,
    consents,
    deputies,
    desk_parts,
    doors,
    first_steps,
    groups,
    home,
    inbox,
    interactions,
    leaving,
    message_lines,
    notices,
    opened,
    own,
    pairs,
    people,
    reference,
    reminders,
    report_list,
    report_mail,
    search,
    second_factor,
    segments,
    tokens,
    undo,
    work,
)
from kernel.web.views.administration import all as administration
from kernel.web.views.messages import all as messages
from kernel.web.views.paper import all as paper
from kernel.web.views.routes import add_resource_routes

SOURCES = (message_lines,)
"""Modules imported here so that what they tell stands in timelines."""


def install(app: Flask, served: Runtime) -> None:
    """Register every page of the kernel for the resources that run on this site."""
    for module in (
        account,
        administration,
        base_data,
        branding,
        calls,
        consents,
        deputies,
        desk_parts,
        doors,
        first_steps,
        groups,
        home,
        inbox,
        interactions,
        leaving,
        messages,
        notices,
        opened,
        own,
        pairs,
        paper,
        people,
        reference,
        reminders,
        report_list,
        report_mail,
        search,
        second_factor,
        segments,
        tokens,
        undo,
        work,
    ):
        app.register_blueprint(module.pages)
    add_resource_routes(app, served.resources.values())
