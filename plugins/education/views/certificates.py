"""Issuing certificates, for one student or for all who passed, and revoking them."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from kernel.api import CommandForm, _, current, load, run_command, tell
from plugins.education.commands import certifying
from plugins.education.resources import CERTIFICATE, ENROLMENT, OFFERING
from plugins.education.views.enrolled import commanded


def issue(number: int) -> ResponseReturnValue:
    """Issue the certificate of an enrolment."""
    load(current(), ENROLMENT, number)
    outcome = run_command("education.issue_certificate", enrolment=number)
    if outcome.done:
        tell(_("The certificate is issued."))
    return redirect(url_for("education.enrolled", number=number), code=303)


def issue_all(number: int) -> ResponseReturnValue:
    """Issue the certificates of all who passed."""
    load(current(), OFFERING, number)
    outcome = run_command("education.issue_certificates", offering=number)
    if outcome.done:
        tell(_("%(n)d certificates are issued.", n=outcome.value))
    return redirect(url_for("education.class_page", number=number), code=303)


def revoke(number: int) -> ResponseReturnValue:
    """Ask why a certificate is revoked, or revoke it."""
    context = current()
    record = load(context, CERTIFICATE, number)
    return commanded(
        CommandForm(context, (certifying.REASON,)),
        {},
        "education.revoke_certificate",
        {"certificate": number},
        title=_("Revoke a certificate"),
        save=_("Revoke"),
        of=record.number,
        back=f"/{CERTIFICATE.path}/{number}",
        done=_("The certificate is revoked: its public page says so from now on."),
        hindered=certifying.hindrance(record),
    )
