"""The application: real assets, macros, shell and filters; invented data; no site, no database."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace as Item
from typing import Any
from zoneinfo import ZoneInfo

from babel.messages.pofile import read_po
from flask import Flask, Response, render_template, request
from flask.typing import ResponseReturnValue
from jinja2 import FileSystemLoader, StrictUndefined

from kernel.web import formatting
from kernel.web.assets import Assets
from kernel.web.pages import equip
from tests.browser.components_page import data
from tests.browser.components_page.forms import PartyForm

ROOT = Path(__file__).parents[3]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def create_app(plugin_static: dict[str, Path] | None = None) -> Flask:
    """Build the application; its `wsgi_app` serves the static files, too."""
    app = Flask(__name__)
    app.jinja_options = {
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "extensions": ["jinja2.ext.i18n"],
        "loader": FileSystemLoader(
            [ROOT / "kernel" / "web" / "templates", Path(__file__).parent / "templates"]
        ),
    }
    assets = Assets(plugin_static=plugin_static)
    words = ROOT / "kernel" / "translations" / "fa" / "LC_MESSAGES"
    persian = _catalogue(words / "components.po") | _catalogue(words / "forms.po")
    environment = app.jinja_env
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: text if _locale() == "en" else persian.get(text, text),
        lambda one, many, n: one if n == 1 else many,
        newstyle=True,
    )
    equip(environment, assets, _formats)
    app.context_processor(lambda: {"shell": data.shell(request.path, _locale())})
    app.after_request(_headers)
    _routes(app)
    app.wsgi_app = assets.serve(app.wsgi_app)  # type: ignore[method-assign]
    return app


def _catalogue(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def _locale() -> str:
    return request.args.get("lang", "fa")


def _formats() -> formatting.Formats:
    english = _locale() == "en"
    return (
        formatting.Formats(
            locale=_locale(), calendar=request.args.get("calendar", "jalali"), currency="toman"
        )
        if (not english)
        else formatting.Formats(locale="en", calendar=request.args.get("calendar", "gregorian"))
    )


def _headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "HX-Request"
    return response


def _trigger(status: int, **events: Any) -> Response:
    named = {name.replace("_", ":"): value for name, value in events.items()}
    return Response(status=status, headers={"HX-Trigger": json.dumps(named)})


def _routes(app: Flask) -> None:
    pages: dict[str, Callable[[], dict[str, Any]]] = {
        "record": lambda: {"party": data.PARTIES[1], "days": data.timeline()},
        "dashboard": lambda: {"parties": data.PARTIES[:4], "day": date(2026, 11, 21)},
        "kit": dict,
        "day": lambda: {"resources": data.doctors()},
        "board": lambda: {"lanes": data.lanes()},
        "sign-in": dict,
        "empty": dict,
    }
    for name, values in pages.items():
        app.add_url_rule(
            f"/{name}",
            name,
            lambda name=name, values=values: render_template(f"{name.replace('-', '_')}.html", **values()),
        )

    @app.get("/list")
    def listing() -> str:
        partial = request.headers.get("HX-Request-Type") == "partial"
        return render_template("list_body.html" if partial else "list.html", **data.listing(request.args))

    @app.route("/form", methods=["GET", "POST"])
    def form() -> ResponseReturnValue:
        bound = PartyForm(request.form or None)
        refused = request.method == "POST" and not bound.validate()
        sent = json.dumps(request.form.to_dict(flat=False), ensure_ascii=False)
        return render_template(
            "form.html", form=bound, blank=PartyForm.blank(), sent=sent
        ), 422 if refused else 200

    @app.route("/dialog-form", methods=["GET", "POST"])
    def dialog_form() -> ResponseReturnValue:
        name = request.form.get("name", request.args.get("name", ""))
        if request.method == "GET" or not name:
            return render_template(
                "dialog_form.html", refused=request.method == "POST"
            ), 422 if request.form else 200
        return _trigger(
            204,
            dialog_close=True,
            toast={"text": f"{name} ذخیره شد"},
            lookup_pick={"value": 99, "label": name},
        )

    @app.route("/fact", methods=["GET", "POST"])
    def fact() -> ResponseReturnValue:
        value = request.form.get("v", "")
        wrong = request.method == "POST" and len(value) < 3
        editing = wrong or (request.method == "GET" and "view" not in request.args)
        return render_template(
            "fact.html", editing=editing, wrong=wrong, value=value or "تبریز"
        ), 422 if wrong else 200

    @app.get("/lookup")
    def lookup() -> str:
        return render_template(
            "options.html", rows=data.search(request.args["q"]), q=request.args["q"], kind="lookup"
        )

    @app.get("/search")
    def search() -> str:
        return render_template(
            "options.html", rows=data.search(request.args["q"]), q=request.args["q"], kind="palette"
        )

    @app.post("/bulk")
    def bulk() -> ResponseReturnValue:
        ids, whole = request.form.getlist("id"), request.form["whole"]
        return _trigger(
            204, toast={"text": f"{request.form['do']}:{len(ids)}:{whole}:{request.headers['X-CSRFToken']}"}
        )

    @app.get("/progress/<int:value>")
    def progress(value: int) -> str:
        return render_template("progress.html", value=value)

    @app.route("/status/<int:status>", methods=["GET", "POST"])
    def status(status: int) -> ResponseReturnValue:
        return "<p>a page of its own</p>", status

    @app.post("/board/move")
    def move() -> str:
        lane = request.form["lane"]
        return f'<hx-partial hx-target="#sum-{lane}">{request.form["id"]} → {lane}</hx-partial>'

    @app.get("/now")
    def now() -> str:
        return formatting.Formats().instant(datetime.now(ZoneInfo("UTC")))


__all__ = ["Item", "create_app"]
