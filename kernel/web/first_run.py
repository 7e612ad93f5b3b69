"""The pages of the first set-up, served while an installation has no site: a code, then one form.

They need no site and no database session. The code stands on the server's console and in a file that only its account
can read, so nobody who merely reaches the address can take the installation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from hashlib import sha256
from typing import Any, cast

from flask import Flask, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from wtforms import BooleanField, EmailField, Form, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from kernel.administration.first_run import (
    LOCALES,
    FirstSite,
    editions,
    is_code,
    set_up,
    setup_code,
    suggested_name,
)
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.site import normalise_host
from kernel.fa.calendar import month_name
from kernel.fa.digits import stored_number
from kernel.i18n import KERNEL_TRANSLATIONS, Catalogue, LazyText, Translations, _, translate
from kernel.resources.errors import Invalid, Problem
from kernel.web import formatting, pages, security
from kernel.web.assets import Assets

CODE = "setup_code"
"""Where the browser's session keeps the code."""


class _Shell:
    """What the bare layout reads."""

    def __init__(self, locale: str) -> None:
        self.locale = locale
        self.site_title = text(_("Peyvand"))
        self.direction = pages.direction(locale)
        self.csrf_token = generate_csrf()
        self.today = ""


def first_run_app(
    config: Config, engines: Engines, assets: Assets, done: Callable[[], None] = lambda: None
) -> Flask:
    """Build the application of the first set-up; `done` is called when there is a site."""
    app = Flask("kernel.web", static_folder=None)
    app.jinja_options = {**pages.jinja_options(), "finalize": _in_words}
    security.configure(app, sha256(f"first run {setup_code(config)}".encode()).hexdigest())
    pages.equip(app.jinja_env, assets, lambda: formatting.Formats(locale=_locale()))
    pages.install_texts(app.jinja_env, lambda: _catalogue(_locale()))
    app.before_request(_check)
    app.context_processor(lambda: {"shell": _shell()})
    app.add_url_rule("/setup", "setup", lambda: _setup(config, engines, done), methods=["GET", "POST"])
    app.register_error_handler(404, lambda _error: redirect(url_for("setup")))
    return app


def _check() -> None:
    security.check_size()
    security.check_forgery()


def _setup(config: Config, engines: Engines, done: Callable[[], None]) -> ResponseReturnValue:
    """Ask for the code, then for what the site is to be; make it."""
    given = request.values.get("code")
    if given is not None:
        if not is_code(config, given):
            return _page("code", 422, error=text(_("This is not the code of this installation.")))
        session[CODE] = given.strip()
        return redirect(url_for("setup", lang=_locale()), code=303)
    if not is_code(config, str(session.get(CODE, ""))):
        return _page("code", error="")
    form = _form(config)
    if request.method == "GET":
        return _page("form", form=form)
    form.process(request.form)
    if form.password.data != form.again.data:
        form.again.errors = [text(_("The two passwords differ."))]
        return _page("form", 422, form=form)
    try:
        site = set_up(config, engines, _wanted(form))
    except Invalid as refused:
        _attach(form, refused.problems)
        return _page("form", 422, form=form)
    done()
    session.clear()
    address = f"{request.scheme}://{site.hosts[0]}{_port()}/sign-in?username={form.username.data}"
    return _page("done", address=address, title=site.title, samples=bool(form.samples.data))


def _form(config: Config) -> Any:
    here = normalise_host(request.host)

    class SetupForm(Form):  # type: ignore[misc]
        """The fields of the set-up, labelled in the reader's language."""

        organisation = StringField(text(_("Name of the organisation")))
        host = StringField(text(_("Host name")), default=here, description=text(HOST_HELP))
        name = StringField(text(_("Short name")), default=suggested_name(here), description=text(NAME_HELP))
        edition = SelectField(
            text(_("Edition")),
            choices=_choices(
                [("", text(_("The kernel alone; plugins later"))), *editions(config, _locale())]
            ),
            validate_choice=False,
            description=text(
                _("The edition decides which plugins are installed; more can be added at any time.")
            ),
        )
        locale = SelectField(
            text(_("Language")),
            choices=_choices([("fa", text(_("Persian"))), ("en", text(_("English")))]),
            default=_locale(),
            validate_choice=False,
        )
        time_zone = StringField(text(_("Time zone")), default="Asia/Tehran")
        fiscal_start = SelectField(
            text(_("The fiscal year begins in")),
            choices=_choices([(str(number), _month(number)) for number in range(1, 13)]),
            validate_choice=False,
        )
        samples = BooleanField(
            text(_("Fill in sample data")),
            description=text(
                _(
                    "Two hundred invented persons and organisations to try things on. Nothing is really sent to them."
                )
            ),
        )
        administrator = StringField(text(_("Your name")))
        username = StringField(text(_("User name")))
        email = EmailField(
            text(_("E-mail")), description=text(_("For a forgotten password; may be left empty."))
        )
        password = PasswordField(text(_("Password")))
        again = PasswordField(text(_("Password again")))

    made = SetupForm()
    for required in ("organisation", "host", "name", "administrator", "username", "password", "again"):
        made[required].flags.required = True
    for code in ("host", "name", "time_zone", "username"):
        made[code].kind = "code"
    made.form_errors = []
    return made


def _choices(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in pairs]


HOST_HELP = _("The name in the address bar, without a port, such as crm.example.org.")
NAME_HELP = _("Names the database: small Latin letters, digits and underscores.")


def _wanted(form: Any) -> FirstSite:
    values: dict[str, Any] = {item.name: item.data for item in form if item.name != "again"}
    for name in values.keys() - {"password", "samples"}:
        values[name] = (values[name] or "").strip()
    values["password"] = values["password"] or ""
    values["fiscal_start"] = stored_number(values["fiscal_start"]) or 0
    return FirstSite(**values)


def _attach(form: Any, problems: tuple[Problem, ...]) -> None:
    for problem in problems:
        if problem.field in form:
            form[problem.field].errors = [*form[problem.field].errors, text(problem.message)]
        else:
            form.form_errors = [*form.form_errors, text(problem.message)]


def _page(name: str, status: int = 200, **values: Any) -> ResponseReturnValue:
    return render_template(f"first_run/{name}.html", other=_other(), **values), status


def _other() -> tuple[str, str]:
    """Give the address and name of the page in the other language."""
    return ("?lang=en", "English") if _locale() == "fa" else ("?lang=fa", "فارسی")


def _port() -> str:
    port = request.host.rpartition(":")[2]
    return f":{port}" if port.isdecimal() else ""


def _shell() -> _Shell:
    return _Shell(_locale())


def _locale() -> str:
    if "locale" not in g:
        wanted = request.args.get("lang") or session.get("lang") or "fa"
        g.locale = wanted if wanted in LOCALES else "fa"
        session["lang"] = g.locale
    return cast(str, g.locale)


def _month(number: int) -> str:
    return month_name(number, "fa" if _locale() == "fa" else "en")


@lru_cache(maxsize=2)
def _catalogue(locale: str) -> Translations:
    return Catalogue.load(locale, [("kernel", KERNEL_TRANSLATIONS)])


def text(value: LazyText | str) -> str:
    """Render a text in the reader's language."""
    return translate(value, _catalogue(_locale()))


def _in_words(value: Any) -> Any:
    return text(value) if isinstance(value, LazyText) else value
