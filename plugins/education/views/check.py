"""The public page on which everybody checks a certificate: whether it is valid, of whom, for which course, of when."""

from __future__ import annotations

import re

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.api import guest, open_page, render, to_ascii_digits, wrong_try
from plugins.education.models import Certificate

SHOWN = ("holder", "course", "began_on", "ended_on", "issued_on", "state", "revoked_on")

TRIES = 30
"""Wrong codes that may be tried at the public page within a minute from one network address."""


@open_page(tries=TRIES)
def form() -> ResponseReturnValue:
    """Ask for the code, or go to the page of the one that was entered."""
    code = _plain(request.args.get("code", ""))
    if code:
        return redirect(url_for("education.check", code=code), code=303)
    return render("education/check.html", code="", found=None)


@open_page(tries=TRIES)
def check(code: str) -> ResponseReturnValue:
    """Say whether a certificate of this code was issued and is valid; nothing else of the person is told."""
    plain = _plain(code)
    found = None
    if plain:
        with guest("somebody checks a certificate") as context:
            record = context.session.execute(
                select(Certificate).where(Certificate.code == plain)
            ).scalar_one_or_none()
            if record is not None:
                found = {name: getattr(record, name) for name in SHOWN}
    if found is None:
        wrong_try()
    return render("education/check.html", status=200 if found else 404, code=plain, found=found)


def _plain(code: str) -> str:
    """Give a code as it is stored: capitals and digits, without what people put between them."""
    return re.sub(r"[^0-9A-Z]", "", to_ascii_digits(code[:60]).upper())[:20]
