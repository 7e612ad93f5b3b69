"""The edition of the site: what it holds and how far it goes, who is signed in, and another edition by its plan."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from kernel.administration.editions import (
    Edition,
    EditionPlan,
    apply_edition,
    edition_names,
    load_edition,
    plan_edition,
    remember_name,
)
from kernel.administration.editions.changes import Change
from kernel.administration.editions.models import EditionError
from kernel.administration.editions.overview import overview
from kernel.administration.plugins import titles
from kernel.data.config import Config
from kernel.data.errors import DataError
from kernel.extension.editions import FEATURES
from kernel.i18n import LazyText, _
from kernel.lifecycle.steps import Workshop
from kernel.resources.errors import NotFound
from kernel.web.current import current, run_command, runtime, scope, tell
from kernel.web.pages import go, render
from kernel.web.views.administration.blueprint import administrators, pages
from kernel.web.views.administration.plugins import TONES

TERMS: dict[str, tuple[LazyText, str]] = {
    "none": (_("without a term"), ""),
    "running": (_("running"), "green"),
    "ending": (_("ends soon"), "amber"),
    "grace": (_("ended, days of grace"), "amber"),
    "ended": (_("ended, read-only"), "red"),
}
"""Where a site stands in its term, in words and tone."""

CHANGES: dict[Change, LazyText] = {
    Change.SET: _("is set"),
    Change.RESET: _("gets its default again"),
    Change.MADE: _("is made"),
    Change.CHANGED: _("is changed"),
    Change.REMOVED: _("is removed, nobody holds it"),
    Change.KEPT: _("stays: changed by hand, or held by somebody"),
}

LIMITS: dict[str, LazyText] = {
    "users_at_once": _("Users at once"),
    "term_months": _("Months of the term"),
    "grace_days": _("Days of grace"),
    "warranty_months": _("Months of warranty"),
}


@pages.get("/edition")
@administrators
def edition() -> ResponseReturnValue:
    """Show the edition of the site."""
    seen = overview(current())
    word, tone = TERMS[seen.term]
    return render(
        "administration/edition.html",
        it=seen,
        term_word=word,
        term_tone=tone,
        tones=TONES,
        others=_others(seen.edition.name),
    )


@pages.get("/edition/<name>")
@administrators
def edition_plan(name: str) -> ResponseReturnValue:
    """Show what applying an edition would do."""
    context = current()
    wanted = load_or_missing(name)
    scope().close()
    return _plan_page(plan_edition(_workshop(), wanted, context.actor))


@pages.post("/edition/<name>")
@administrators
def edition_apply(name: str) -> ResponseReturnValue:
    """Apply an edition; a second press of the button finds nothing to do."""
    actor = scope().actor
    wanted = load_or_missing(name)
    scope().close()
    try:
        plan = apply_edition(_workshop(), wanted, actor)
        remember_name(Config.from_env(), runtime().site.name, wanted.name)
    except DataError as error:
        tell(error.text, "error")
        return go("administration.edition_plan", name=name)
    tell(_("There was nothing to do.") if plan.nothing_to_do else _("The edition is applied."))
    return go("administration.edition")


@pages.post("/edition/sign-out/<int:user_id>")
@administrators
def free_seat(user_id: int) -> ResponseReturnValue:
    """End all sessions of a user, so that somebody else may sign in."""
    if run_command("user.end_sessions", user_id=user_id).done:
        tell(_("All sessions of this user have ended."))
    return go("administration.edition")


def load_or_missing(name: str) -> Edition:
    """Read an edition; a name that there is not is a page that there is not."""
    config = Config.from_env()
    if name not in edition_names(config):
        raise NotFound()
    return load_edition(config, name)


def _others(present: str | None) -> list[tuple[str, str]]:
    """The names and titles of all editions that can be read, the present one first."""
    config, found = Config.from_env(), []
    for name in edition_names(config):
        try:
            found.append((name, load_edition(config, name).title_in(scope().locale)))
        except EditionError:
            continue
    return sorted(found, key=lambda pair: pair[0] != present)


def _workshop() -> Workshop:
    served = runtime()
    return Workshop(served.site, served.engines, served.hooks.discovery)


def _plan_page(plan: EditionPlan) -> ResponseReturnValue:
    context = current()
    return render(
        "administration/edition_plan.html",
        plan=plan,
        title=plan.edition.title_in(context.locale),
        plugin_titles=titles(context),
        changes=CHANGES,
        limit_names=LIMITS,
        feature_names=FEATURES,
    )
