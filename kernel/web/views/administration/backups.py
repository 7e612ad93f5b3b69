"""Backups: the book of those that were made, one at once, reading one again, taking a copy; and releasing a held site."""

from __future__ import annotations

from flask import request, send_file
from flask.typing import ResponseReturnValue

from kernel.administration.backups.asking import OCCASIONS, STATES, overview, release_site
from kernel.administration.backups.running import HOURS
from kernel.data.errors import DataError
from kernel.fa.digits import stored_number
from kernel.i18n import _
from kernel.resources.errors import NotFound
from kernel.web.current import current, run_command, runtime, scope, tell
from kernel.web.pages import fragment, go, render
from kernel.web.views.administration.blueprint import administrators, pages

TONES = {"running": "blue", "done": "green", "failed": "red", "gone": ""}


@pages.get("/backups")
@administrators
def backups() -> ResponseReturnValue:
    """Show the book of backups, how far a running one is, and whether the site is held."""
    return render(
        "administration/backups.html",
        state=overview(current()),
        states=STATES,
        occasions=OCCASIONS,
        tones=TONES,
        hours=HOURS,
    )


@pages.get("/backups/progress")
@administrators
def backup_progress() -> ResponseReturnValue:
    """Show how far the running backup is; once it has ended, where to look."""
    return fragment("administration/backup_progress.html", state=overview(current()))


@pages.post("/backups")
@administrators
def change_backups() -> ResponseReturnValue:
    """Make one, read one again, take a copy, or release the site: what the pressed button says."""
    match request.form.get("do", ""):
        case "start":
            if run_command("backups.start").done:
                tell(_("The backup begins within seconds; you may leave this page."))
        case "verify":
            if run_command("backups.verify", number=_number()).done:
                tell(_("It is being read again; the result stands here within a minute or two."))
        case "download":
            path = run_command("backups.download", number=_number()).value
            return send_file(path, mimetype="application/x-tar", as_attachment=True, download_name=path.name)
        case "release" | "release_waiting" as wanted:
            _release(waiting=wanted == "release_waiting")
        case _:
            raise NotFound()
    return go("administration.backups")


def _release(*, waiting: bool) -> None:
    actor = scope().actor
    scope().close()
    try:
        release_site(runtime(), actor, waiting=waiting)
    except DataError as error:
        tell(error.text, "error")
    else:
        tell(_("The site does its work again."))


def _number() -> int:
    number = stored_number(request.form.get("number", ""))
    if number is None:
        raise NotFound()
    return number
