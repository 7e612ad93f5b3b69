"""The branding of the site: its form, and the pictures."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from kernel.administration.branding import FIELDS, PICTURES
from kernel.i18n import _
from kernel.web.current import SAVED, current, run_command, runtime, tell
from kernel.web.forms.command import CommandForm
from kernel.web.pages import go, render
from kernel.web.uploads import stream_of, uploaded
from kernel.web.views.administration.blueprint import administrators, pages


@pages.route("/branding", methods=["GET", "POST"])
@administrators
def branding() -> ResponseReturnValue:
    """Show the branding, or save name, colour and words."""
    form = CommandForm(current(), FIELDS)
    present = runtime().branding
    if request.method == "GET":
        return _page(form.start({item.name: getattr(present, item.name) for item in FIELDS}))
    form.read(request.form)
    outcome = run_command("branding.save", form=form, values=form.values)
    if not outcome.done:
        return _page(form, status=outcome.status)
    tell(SAVED)
    return go("administration.branding")


@pages.post("/branding/<any(logo, icon):which>")
@administrators
def brand_picture(which: str) -> ResponseReturnValue:
    """Store a picture, or remove it where the button says so."""
    if request.form.get("do") == "remove":
        done = run_command("branding.remove_picture", which=which).done
    else:
        sent = uploaded("picture")
        if sent is None:
            tell(_("Choose a file first."), "error")
            return go("administration.branding")
        done = run_command(
            "branding.set_picture", which=which, stream=stream_of(sent), name=sent.filename or ""
        ).done
    if done:
        tell(SAVED)
    return go("administration.branding")


def _page(form: CommandForm, status: int = 200) -> ResponseReturnValue:
    return render(
        "administration/branding.html",
        status=status,
        form=form,
        branding=runtime().branding,
        limits={which: most // 1024 for which, most in PICTURES.items()},
        most=PICTURES,
    )
