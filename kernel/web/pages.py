"""Rendering: the Jinja environment of a site's application, whole pages, and fragments for htmx."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, Response, json, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from jinja2 import BytecodeCache, ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from kernel.fa.locales import is_persian
from kernel.i18n import LazyText, Translations, translate
from kernel.resources.runtime import Runtime
from kernel.web import formatting, repeats
from kernel.web.assets import Assets
from kernel.web.current import current, runtime, scope
from kernel.web.slots import slot

TEMPLATES = Path(__file__).parent / "templates"
RIGHT_TO_LEFT = frozenset({"fa", "ar", "ckb", "ur", "he"})


class CompiledTemplates(BytecodeCache):
    """Templates compiled once per process: a site's application is built again with each of its epochs."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template compiled earlier from the same source."""
        known = self._code.get(f"{bucket.key}{bucket.checksum}")
        if known is not None:
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template."""
        self._code[f"{bucket.key}{bucket.checksum}"] = bucket.bytecode_to_string()


_COMPILED = CompiledTemplates()


def jinja_options() -> dict[str, Any]:
    """Give the options with which a site's application makes its Jinja environment."""
    return {
        "undefined": StrictUndefined,
        "bytecode_cache": _COMPILED,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "extensions": ["jinja2.ext.i18n"],
        "finalize": in_words,
    }


def install(app: Flask, served: Runtime, assets: Assets) -> None:
    """Prepare the application's Jinja environment: loaders, texts, filters, addresses."""
    environment = app.jinja_env
    folders = [served.hooks.discovery.plugins[name].folder / "templates" for name in sorted(served.plugins)]
    own = [loader for loader in (environment.loader,) if loader is not None]
    environment.loader = ChoiceLoader(
        [*own, *(FileSystemLoader(folder) for folder in folders if folder.is_dir())]
    )
    equip(environment, assets, _formats)
    install_texts(environment, lambda: served.texts.catalogue(scope().locale))
    environment.globals.update(slot=slot, words=in_words, current=current, offers_snippets=_offers_snippets)


def equip(environment: Environment, assets: Assets, formats: Callable[[], formatting.Formats]) -> None:
    """Add what every template of the house relies on: value filters, addresses of assets and icons, words of forms."""
    formatting.install(environment, formats)
    environment.globals.update(asset=assets.url, icon_url=assets.icon, once_field=repeats.field)


def install_texts(environment: Environment, catalogue: Callable[[], Translations]) -> None:
    """Let `_()` and `{% trans %}` speak the language that `catalogue` gives at the moment of rendering.

    What is inserted into a message is escaped with it, and numbers take the digits of the language.
    """

    def gettext(message: str, **values: object) -> str:
        return LazyText(message, params=tuple(values.items())).render(catalogue())

    environment.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, lambda one, many, n: catalogue().ngettext(one, many, n), newstyle=False
    )


def in_words(value: Any) -> Any:
    """Render a lazy text in the reader's language; everything else stays what it is."""
    if isinstance(value, LazyText):
        mine = scope()
        return translate(value, mine.runtime.texts.catalogue(mine.locale))
    return value


def _offers_snippets() -> bool:
    """Say whether long-text fields offer stored texts to this reader."""
    return scope().actor.kind == "user" and current().may("snippet", "view")


def direction(locale: str) -> str:
    """Give the direction in which a language is written: `rtl` or `ltr`."""
    return "rtl" if locale.split("-", maxsplit=1)[0] in RIGHT_TO_LEFT else "ltr"


def _formats() -> formatting.Formats:
    mine = scope()
    return formatting.Formats(
        locale=mine.locale,
        time_zone=mine.runtime.site.time_zone,
        calendar="jalali" if is_persian(mine.locale) else "gregorian",
        currency=mine.runtime.setting("display.currency"),
    )


def render(template: str, /, status: int = 200, **values: Any) -> Response:
    """Render a page for an answer."""
    return make_response(render_template(template, **values), status)


def fragment(template: str, /, **values: Any) -> Markup:
    """Render a piece of a page, such as the body of a panel."""
    return Markup(render_template(template, **values))  # noqa: S704 - the template has escaped what it inserts


def by_htmx() -> bool:
    """Say whether the browser asks for a piece of a page rather than for a page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") != "full"


def go(endpoint: str, /, **values: Any) -> ResponseReturnValue:
    """Send the browser to another page after a change: by redirect, or by header where htmx asked."""
    return go_to(url_for(endpoint, **values))


def go_to(address: str) -> ResponseReturnValue:
    """Send the browser to an address of this site."""
    if request.headers.get("HX-Request") == "true":
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address, code=303)


def triggering(response: Response, **events: Any) -> Response:
    """Let events happen in the browser after the answer: `toast={"text": …}`, `dialog_close=True`.

    An underscore in a name stands for the colon of `dialog:close`. The header is ASCII, so text is escaped.
    """
    named = {name.replace("_", ":"): value for name, value in events.items()}
    response.headers["HX-Trigger"] = json.dumps(named, ensure_ascii=True)
    return response


def words(value: LazyText | str) -> str:
    """Render a text in the reader's language."""
    return runtime().translate(value, scope().locale)
