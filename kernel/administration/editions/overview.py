"""The edition of a site for its administrators: what it holds, what was added, its limits, and who is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kernel.access.seats import Seat, seats
from kernel.access.sessions import limits
from kernel.administration.editions.models import words_in
from kernel.administration.plugins import PluginLine, plugin_lines
from kernel.extension.editions import FEATURES, SiteEdition, Term, read_site_edition
from kernel.fa.calendar import add_months
from kernel.i18n import LazyText
from kernel.resources.administrators import administrators_only
from kernel.resources.context import Context


@dataclass(frozen=True)
class FeatureLine:
    """A feature: whether it is on, and whether the site itself decided so."""

    title: LazyText
    on: bool
    own: bool


@dataclass(frozen=True)
class EditionOverview:
    """What the page of the edition shows."""

    edition: SiteEdition
    title: str
    holds: tuple[PluginLine, ...]
    additions: tuple[PluginLine, ...]
    to_come: tuple[str, ...]
    features: tuple[FeatureLine, ...]
    seats: tuple[Seat, ...]
    term: Term
    warranty_until: date | None


def overview(context: Context) -> EditionOverview:
    """Put the page together; administrators only."""
    administrators_only(context)
    with context.system("the edition of the site") as system:
        edition = read_site_edition(system.session)
        signed_in = tuple(reversed(seats(system.session, context.now, limits(system.session)[0])))
    lines = {line.name: line for line in plugin_lines(context) if line.installed}
    brought = edition.applied.get("plugins", ())
    return EditionOverview(
        edition=edition,
        title=words_in(edition.applied.get("title", {}), context.locale, edition.name or ""),
        holds=tuple(line for name, line in lines.items() if name in brought),
        additions=tuple(line for name, line in lines.items() if name not in brought),
        to_come=tuple(
            words_in(title, context.locale, name)
            for name, title in edition.applied.get("to_come", {}).items()
            if name not in lines
        ),
        features=tuple(
            FeatureLine(title, edition.has_feature(name), name in edition.additions.get("features", {}))
            for name, title in FEATURES.items()
        ),
        seats=signed_in,
        term=edition.term(context.today),
        warranty_until=_warranty(edition),
    )


def _warranty(edition: SiteEdition) -> date | None:
    months = edition.applied.get("limits", {}).get("warranty_months")
    return add_months(edition.started_on, months) if months and edition.started_on else None
