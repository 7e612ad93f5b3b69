"""Templates that a provider has approved: which of its templates stands for ours, how it is filled, and what fits into it.

A provider takes the values of its template's variables, not the words; it sends them at once and over service lines. Which
variables it may hold, and how long, differs: each gateway says so (`Gateway.approved`), and a value that does not fit is
refused before anything is sent.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from kernel.i18n import _
from kernel.messages.addresses import NO_LINE, UNFIT
from kernel.messages.gateways import Approved
from kernel.messages.lines import Tariff, gateways_of, lines_for
from kernel.messages.models import Template
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.fields import FieldError, LongText
from kernel.resources.runtime import Runtime

LINE = re.compile(r"\s*(?P<gateway>[\w.-]+)\s*:\s*(?P<name>[^\s(]+)\s*(?:\((?P<filled>[^)]*)\))?\s*")
"""A line as users write it: `kavenegar.sms: welcome (token=party.first_name, token20=party.name)`."""


class Unfit(Exception):
    """A value does not fit into a provider's template; `name` is that of our variable."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class ApprovedField(LongText):
    """The approved templates of a text, a line for each gateway."""

    ltr = True

    def parse(self, raw: Any, context: Context) -> Any:
        """Read the lines; gives what is stored."""
        found: dict[str, Any] = {}
        for number, line in enumerate(super().parse(raw, context).split("\n"), 1):
            if line.strip():
                try:
                    name, stored = _read(context.runtime, line)
                except FieldError as error:
                    raise FieldError(
                        _("Line %(line)d: %(problem)s", line=number, problem=error.message)
                    ) from error
                found[name] = stored
        return found

    def read(self, raw: Any, context: Context) -> Any:
        """Read what was entered; nothing is stored as no templates."""
        return super().read(raw, context) or {}

    def show(self, value: Any, context: Context) -> str:
        """The lines."""
        del context
        return written(value or {})

    def fill(self, value: Any, context: Context) -> str:
        """The lines, as they are entered."""
        return self.show(value, context)


def _read(runtime: Runtime, line: str) -> tuple[str, dict[str, Any]]:
    match = LINE.fullmatch(line)
    if match is None:
        raise FieldError(_("Write it so: gateway: template (its variable=our variable, …)."))
    gateway = gateways_of(runtime).get(match["gateway"])
    rules = gateway.approved if gateway is not None else None
    if rules is None:
        raise FieldError(_("There is no gateway “%(name)s” with approved templates.", name=match["gateway"]))
    filled: list[list[str]] = []
    parts = [each.strip() for each in (match["filled"] or "").split(",") if each.strip()]
    for place, part in enumerate(parts):
        theirs, sign, ours = (each.strip() for each in part.partition("="))
        if not sign:
            theirs, ours = rules.names[place] if place < len(rules.names) else "", theirs
        known = theirs in rules.names if rules.names else bool(theirs)
        if not known or theirs in (each[0] for each in filled):
            raise FieldError(
                _(
                    "There is no place for “%(name)s”. Example: %(example)s",
                    name=part,
                    example=rules.example,
                )
            )
        filled.append([theirs, ours])
    missing = [name for name in rules.required if name not in (each[0] for each in filled)]
    if missing:
        raise FieldError(
            _("The gateway needs “%(name)s”. Example: %(example)s", name=missing[0], example=rules.example)
        )
    return match["gateway"], {"name": match["name"], "variables": filled}


def faults_of(stored: Mapping[str, Any], known: Collection[str]) -> list[Problem]:
    """Give the variables of approved templates that there are not."""
    return [
        Problem("approved", _("There is no variable “%(name)s”.", name=ours))
        for one in stored.values()
        for _theirs, ours in one["variables"]
        if ours not in known
    ]


def written(stored: Mapping[str, Any]) -> str:
    """Write what is stored as a user enters it."""
    lines = []
    for gateway, one in stored.items():
        filled = ", ".join(f"{theirs}={ours}" for theirs, ours in one["variables"])
        lines.append(f"{gateway}: {one['name']}" + (f" ({filled})" if filled else ""))
    return "\n".join(lines)


def filled_for(
    context: Context, template: Template | None, values: Mapping[str, Any], *, advertising: bool
) -> tuple[dict[str, Any] | None, str]:
    """Fill a template's approved forms for one recipient; gives what the message keeps, and why it is left out instead.

    Only the gateways of lines that may carry it now are filled. Advertising never goes by approved templates. The context
    acts for the system.
    """
    if template is None or advertising or not is_approved(template):
        return None, ""
    return filled_over(context.runtime, template, carriers(context, template), values)


def is_approved(template: Template) -> bool:
    """Say whether a provider has approved a template, or it goes in no other way."""
    return bool(template.approved or template.approved_only)


def variables_of(template: Template) -> frozenset[str]:
    """Give our variables that fill the approved forms of a template."""
    return frozenset(ours for one in template.approved.values() for _theirs, ours in one["variables"])


def carriers(context: Context, template: Template) -> dict[str, Tariff]:
    """Give the gateways of lines that may carry a template's approved form now, the one that is asked first at the front.

    Each with what a part costs over it. The context acts for the system.
    """
    found: dict[str, Tariff] = {}
    for line in lines_for(context.session, template.channel, False):
        if line.gateway in template.approved:
            found.setdefault(line.gateway, Tariff(line.price, line.price_latin))
    return found


def filled_over(
    runtime: Runtime, template: Template, gateways: Collection[str], values: Mapping[str, Any]
) -> tuple[dict[str, Any] | None, str]:
    """Fill the approved forms of a template for these gateways; gives what `filled_for` gives."""
    forms: dict[str, Any] = {}
    trouble = ""
    for name in sorted(gateways):
        try:
            forms[name] = _filled(runtime, name, template.approved[name], values)
        except Unfit as unfit:
            trouble = f"{UNFIT}:{unfit.name}"
    if trouble:
        return None, trouble
    if template.approved_only and not forms:
        return None, NO_LINE
    return {"forms": forms, "only": template.approved_only}, ""


def _filled(
    runtime: Runtime, name: str, stored: Mapping[str, Any], values: Mapping[str, Any]
) -> dict[str, Any]:
    gateway = gateways_of(runtime).get(name)
    rules = gateway.approved if gateway is not None else None
    filled = []
    for theirs, ours in stored["variables"]:
        value = " ".join(str(values.get(ours) or "").split())
        if not value or (rules is not None and not rules.fits(theirs, value)):
            raise Unfit(ours)
        filled.append([theirs, value])
    return {"name": stored["name"], "values": filled}


def form_of(kept: Mapping[str, Any] | None, gateway: str) -> Approved | None:
    """Give how a message goes over a gateway's approved template; None where it goes as a plain text."""
    form = (kept or {}).get("forms", {}).get(gateway)
    if form is None:
        return None
    return Approved(name=form["name"], values=tuple((theirs, value) for theirs, value in form["values"]))


def may_carry(kept: Mapping[str, Any] | None, gateway: str) -> bool:
    """Say whether lines of a gateway may carry a message: by its approved template, or as a plain text if it may be one."""
    return not (kept or {}).get("only") or form_of(kept, gateway) is not None
