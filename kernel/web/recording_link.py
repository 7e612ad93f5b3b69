"""Where F9 leads from a page."""

from __future__ import annotations

from flask import request

from kernel.interactions.models import Interaction
from kernel.interactions.recording import RESOURCE
from kernel.parties.models import Party
from kernel.resources.context import Context

RECORD = "/interactions/record"


def recording_url(context: Context) -> str:
    """Give where an interaction is recorded from this page, its party or record chosen already; empty where one may not."""
    if context.read_only or not context.may(RESOURCE, "create"):
        return ""
    values = request.view_args or {}
    declared = context.runtime.resources.get(str(values.get("resource", "")))
    number = values.get("record_id")
    if declared is None or not number or request.endpoint != "records.page":
        return RECORD
    back = f"/{declared.path}/{number}"
    if issubclass(declared.model, Party):
        return f"{RECORD}?party={number}&back={back}"
    if issubclass(declared.model, Interaction):
        return f"{RECORD}?follows={number}"
    return f"{RECORD}?about={declared.name}:{number}&back={back}"
