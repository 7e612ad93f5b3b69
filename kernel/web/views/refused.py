"""Several records, of which some stayed as they were: which, and what stood in the way of each, with links to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.i18n import LazyText, _, ngettext_lazy
from kernel.resources.context import Context
from kernel.resources.errors import Forbidden, NotFound
from kernel.resources.resource import Resource
from kernel.web.current import current, in_bin, run_command
from kernel.web.pages import render
from kernel.web.views.addresses import record_url

MOST = 50
"""Records of which the page names each; of more it gives the number."""


@dataclass(frozen=True)
class Refusal:
    """A record that stayed as it was, and why."""

    record_id: int
    message: LazyText | None
    links: tuple[tuple[str, str], ...] = ()


def tried(command: str, resource: Resource, number: int, **arguments: Any) -> Refusal | None:
    """Run a command on one of several records; give what stood in the way, None where it is done."""
    try:
        outcome = run_command(command, quiet=True, resource=resource.name, record_id=number, **arguments)
    except (Forbidden, NotFound) as error:
        return Refusal(number, error.message)
    return None if outcome.done else Refusal(number, outcome.message, outcome.links)


def page(
    resource: Resource, refusals: Sequence[Refusal], back: str, *, binned: bool = False, dialog: bool = False
) -> ResponseReturnValue:
    """Show the records that stayed; `binned` says that they lie in the bin, `dialog` that a dialog asks."""
    if binned:
        with in_bin() as context:
            return _page(context, resource, refusals, back, binned=True)
    template = "records/refused_dialog.html" if dialog else "records/refused.html"
    return _page(current(), resource, refusals, back, binned=False, template=template)


def _page(
    context: Context,
    resource: Resource,
    refusals: Sequence[Refusal],
    back: str,
    *,
    binned: bool,
    template: str = "records/refused.html",
) -> ResponseReturnValue:
    shown = refusals[:MOST]
    model = resource.model
    mine = select(model.id, resource.label_column()).where(model.id.in_([each.record_id for each in shown]))
    if resource.only is not None:
        mine = mine.where(resource.only(model))
    labels = {row[0]: resource.label_text(row[1], context) for row in context.session.execute(mine)}
    return render(
        template,
        status=422,
        title=context.text(_("Not done")),
        plural=context.text(resource.plural),
        back=back,
        head=context.text(
            ngettext_lazy("%(n)d record stays as it was", "%(n)d records stay as they were", n=len(refusals))
        ),
        more=len(refusals) - len(shown),
        lines=[
            {
                "label": labels.get(each.record_id, ""),
                "url": record_url(resource, each.record_id)
                if each.record_id in labels and not binned
                else None,
                "why": context.text(each.message) if each.message else "",
                "links": each.links,
            }
            for each in shown
        ],
    )
