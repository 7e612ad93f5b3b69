"""The pages for when nothing else can be relied on: no site, no database, no session, no rights."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape

from kernel.i18n import KERNEL_TRANSLATIONS, Catalogue, LazyText, _, translate
from kernel.web.assets import Assets
from kernel.web.formatting import Formats
from kernel.web.pages import TEMPLATES, direction, equip, install_texts

TITLES: dict[int, LazyText] = {
    400: _("This request could not be understood"),
    403: _("You do not have the right to do this"),
    404: _("This page was not found"),
    405: _("This cannot be done here"),
    409: _("Somebody else was faster"),
    413: _("This is too large"),
    421: _("There is no site at this address"),
    422: _("This could not be done"),
    429: _("Too many tries"),
    500: _("Something went wrong"),
    503: _("The service cannot answer at the moment"),
}
"""Headings of the error pages by status."""

ADVICE: dict[int, LazyText] = {
    400: _("Go back, reload the page and try again."),
    403: _("If you need it for your work, ask an administrator for the right."),
    404: _("It may have been moved to the bin, or you may not be allowed to see it."),
    405: _("Go back and use the buttons of the page."),
    409: _("Nothing was saved; reload the page and try again."),
    413: _("Choose a smaller file, or enter less at once."),
    421: _("Check the address in the address bar, or ask the person who gave it to you."),
    422: _("Nothing was saved."),
    429: _("Wait a few minutes and try again."),
    500: _("Nothing was saved. Try again; if it happens again, give an administrator the number below."),
    503: _("The database does not answer at the moment. Nothing was changed; please try again shortly."),
}
"""What to do about it, by status."""


@dataclass(frozen=True)
class _Shell:
    """What the bare layout reads where there is no request."""

    site_title: str
    locale: str
    csrf_token: str = ""
    today: str = ""

    @property
    def direction(self) -> str:
        return direction(self.locale)


class ErrorPages:
    """Renders the error pages. They need neither a site nor a request: one instance serves the process."""

    def __init__(self, assets: Assets) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=select_autoescape(),
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        equip(self._environment, assets, Formats)
        self._locale = threading.local()
        install_texts(self._environment, lambda: _catalogue(self._locale.now))

    def page(
        self,
        status: int,
        locale: str = "fa",
        *,
        message: LazyText | str | None = None,
        error_id: str = "",
        links: tuple[tuple[str, str], ...] = (),
    ) -> str:
        """Give the page for a status; `message` replaces the usual advice, `links` lead to what is in the way."""
        self._locale.now = locale
        return self._environment.get_template("errors/page.html").render(
            shell=_Shell(self.text(_("Peyvand"), locale), locale),
            status=status,
            title=self.title(status, locale),
            message=self.text(message or ADVICE.get(status, ADVICE[500]), locale),
            home=self.text(_("To the home page"), locale),
            error_label=self.text(_("Error number"), locale),
            error_id=error_id,
            links=links,
        )

    def title(self, status: int, locale: str) -> str:
        """Give the heading for a status."""
        return self.text(TITLES.get(status, TITLES[500]), locale)

    def text(self, value: LazyText | str, locale: str) -> str:
        """Render a text in a language, with the kernel's catalogue alone; a plain string is translated already."""
        return translate(value, _catalogue(locale))


@lru_cache(maxsize=8)
def _catalogue(locale: str) -> Any:
    return Catalogue.load(locale, [("kernel", KERNEL_TRANSLATIONS)])
