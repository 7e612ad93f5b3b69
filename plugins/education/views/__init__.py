"""Pages of the academy's own: class page, attendance, grades, report card, certificates, debts, and the public check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from kernel.api import needs
from plugins.education.policies import MONEY
from plugins.education.views import (
    attendance,
    certificates,
    check,
    classes,
    enrolled,
    grades,
    money,
    moving,
    sheets,
)

BOTH = ["GET", "POST"]
POST = ["POST"]


def make_blueprint() -> Blueprint:
    """Make the plugin's pages; each application of a site gets a blueprint of its own."""
    pages = Blueprint("education", __name__)

    def add(
        rule: str, name: str, right: tuple[str, str], view: Callable[..., Any], methods: Any = None
    ) -> None:
        pages.add_url_rule(rule, name, needs(*right)(view), methods=methods)

    offering, enrolment = ("education.offering", "view"), ("education.enrolment", "view")
    add("/classes/<int:number>", "class_page", offering, classes.page)
    add("/classes/<int:number>/plan", "plan", ("education.offering", "edit"), classes.plan, BOTH)
    add("/classes/<int:number>/cancel", "cancel", ("education.offering", "edit"), classes.cancel, BOTH)
    add("/classes/<int:number>/enrol", "enrol", ("education.enrolment", "create"), classes.enrol, BOTH)
    add("/classes/<int:number>/grades", "grades", ("education.grade", "view"), grades.page, BOTH)
    add("/classes/<int:number>/sheet", "sheet", ("education.grade", "edit"), sheets.page, BOTH)
    add(
        "/classes/<int:number>/sheet/empty",
        "empty_sheet",
        ("education.offering", "print"),
        sheets.empty_sheet,
    )
    add("/classes/<int:number>/finalise", "finalise", ("education.grade", "finalise"), grades.finalise, POST)
    add("/classes/<int:number>/reopen", "reopen", ("education.grade", "change_late"), grades.reopen, POST)
    add(
        "/classes/<int:number>/certify",
        "certify_all",
        ("education.certificate", "create"),
        certificates.issue_all,
        POST,
    )
    add(
        "/sessions/<int:number>/attendance",
        "attendance",
        ("education.session", "view"),
        attendance.page,
        BOTH,
    )
    add("/replan", "replan", ("education.session", "edit"), moving.page, BOTH)
    add("/enrolled/<int:number>", "enrolled", enrolment, enrolled.page)
    add(
        "/enrolled/<int:number>/withdraw",
        "withdraw",
        ("education.enrolment", "edit"),
        enrolled.withdraw,
        BOTH,
    )
    add(
        "/enrolled/<int:number>/discount",
        "discount",
        ("education.enrolment", "discount"),
        enrolled.discount,
        BOTH,
    )
    add("/enrolled/<int:number>/charge", "charge_new", (MONEY, "create"), enrolled.charge, BOTH)
    add(
        "/enrolled/<int:number>/certify",
        "certify",
        ("education.certificate", "create"),
        certificates.issue,
        POST,
    )
    add("/charge/<int:number>/cancel", "charge_cancel", (MONEY, "edit"), enrolled.cancel_charge, BOTH)
    add(
        "/certificate/<int:number>/revoke",
        "revoke",
        ("education.certificate", "revoke"),
        certificates.revoke,
        BOTH,
    )
    add("/debts", "debts", (MONEY, "view"), money.page)
    add("/debts/tell", "tell", (MONEY, "send"), money.tell_students, POST)
    add("/debts/teachers", "tell_teachers", (MONEY, "send"), money.tell_teachers, POST)
    pages.add_url_rule("/check", "check_form", check.form)
    pages.add_url_rule("/check/<code>", "check", check.check)
    return pages
