"""The approved template of a sending: chosen with its words, filled for each recipient, a plain text only by choice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from kernel.i18n import _
from kernel.messages.addresses import NO_LINE
from kernel.messages.approved import carriers, filled_over, is_approved, variables_of
from kernel.messages.lines import Tariff
from kernel.messages.models import LEFT_OUT, Message, MessageKind, Sending, Template
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem, Refused
from kernel.resources.fields import YesNo

TEMPLATE, PLAIN = "template", "plain"
"""What a sending keeps of it among its options."""
PLAIN_FIELD = YesNo(
    PLAIN,
    _("As a plain text where the approved template cannot be used"),
    default=False,
    help=_("Otherwise whoever it does not fit is left out, with the reason."),
)


class Chosen:
    """The approved template of a sending, and the lines that may carry it now."""

    def __init__(self, context: Context, template: Template, plain: bool) -> None:
        self.runtime = context.runtime
        self.template = template
        self.plain = plain
        self.carriers: Mapping[str, Tariff] = carriers(context, template)
        self.names = variables_of(template)

    def filled(self, values: Mapping[str, Any]) -> tuple[dict[str, Any] | None, str]:
        """Fill it for a recipient: what the message keeps, nothing for a plain text; or why the recipient is left out."""
        kept, reason = filled_over(self.runtime, self.template, self.carriers, values)
        if not reason and kept is not None and kept["forms"]:
            return {**kept, "only": not self.plain}, ""
        return (None, "") if self.plain else (None, reason or NO_LINE)

    def tariff(self, kept: Mapping[str, Any] | None, usual: Tariff) -> Tariff:
        """Give what a part costs over the line that is asked first for a message."""
        forms = (kept or {}).get("forms", {})
        return next((costs for name, costs in self.carriers.items() if name in forms), usual)


def choice(
    context: Context, template_id: int | None, body: str, channel: str, kind: MessageKind | None, plain: bool
) -> dict[str, Any]:
    """Give what a sending keeps of the template that its words are of: nothing where they were changed, or none is approved.

    Raises `Invalid` where a template goes by its approved form only and the kind advertises.
    """
    template = context.session.get(Template, template_id) if template_id is not None else None
    if template is None or not is_approved(template) or not _same(template, body, channel):
        return {}
    if kind is not None and kind.advertising:
        if template.approved_only:
            text = _("This template goes by its approved form only, which carries no advertising.")
            raise Invalid([Problem("kind_id", text)])
        return {}
    return {TEMPLATE: template.id, PLAIN: plain and not template.approved_only}


def chosen_of(system: Context, row: Sending) -> Chosen | None:
    """Give the approved template of a sending; None for one in plain texts. The context acts for the system.

    Raises `Refused` where the template was changed or deleted since.
    """
    if TEMPLATE not in row.options:
        return None
    template = system.session.get(Template, row.options[TEMPLATE])
    if template is None or not is_approved(template) or not _same(template, row.body, row.channel):
        raise Refused(_("The approved template was changed or deleted meanwhile; make the sending again."))
    system.session.expunge(template)
    return Chosen(system, template, bool(row.options.get(PLAIN)))


def by_template(context: Context, row: Sending) -> tuple[int, int] | None:
    """Give how many messages of a sending go by the approved template and how many as plain texts; None without one."""
    if TEMPLATE not in row.options:
        return None
    kept = Message.approved.is_not(None)
    statement = select(func.count().filter(kept), func.count().filter(~kept)).where(
        Message.sending_id == row.id, Message.state != LEFT_OUT
    )
    with context.system("how a sending goes") as system:
        found = system.session.execute(statement).one()
    return int(found[0]), int(found[1])


def _same(template: Template, body: str, channel: str) -> bool:
    return template.channel == channel and template.body.split() == body.split()
