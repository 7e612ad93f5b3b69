"""The form of a layout: its name and page as fields, its body and style, or its blocks with what each asks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from kernel.documents.designs.blocks import COLUMNS, MOST, TYPES, cleaned
from kernel.documents.designs.kinds import DocumentKind
from kernel.documents.designs.models import BLOCKS, DocumentLayout
from kernel.documents.designs.page import FIELDS, PageSettings
from kernel.fa.digits import stored_number
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.fields import Field, Link, Text
from kernel.web.forms.command import CommandForm

WHOLE = ("body", "style", "blocks")
"""What is no field of its own on the page: problems of these stand above the editor."""
DO = re.compile(r"(up|down|remove|add)-(\w+)")


class DesignForm:
    """What is entered in the editor."""

    def __init__(self, context: Context, kind: DocumentKind, row: DocumentLayout) -> None:
        self.context, self.kind, self.row = context, kind, row
        self.version = row.version
        self.body, self.style = row.body, row.style
        self.blocks: list[dict[str, Any]] = [dict(each) for each in row.blocks]
        self.messages: list[str] = []
        self.do = ""
        self.form = CommandForm(context, (NAME, *self.page_fields, *self._of_a_record()))

    @property
    def page_fields(self) -> tuple[Field, ...]:
        """The fields of the page; none for a kind that has its own."""
        return FIELDS if self.kind.page is not None else ()

    def _of_a_record(self) -> tuple[Field, ...]:
        if self.kind.find is None or not self.kind.resource:
            return ()
        return (Link("record", _("Show with the values of"), to=self.kind.resource),)

    def start(self) -> DesignForm:
        """Fill the form with what is stored."""
        page = PageSettings.read(self.row.page).plain() if self.kind.page is not None else {}
        self.form.start({"name": self.row.name, **page})
        return self

    def read(self, posted: MultiDict[str, str]) -> DesignForm:
        """Take what was posted."""
        self.form.read(posted)
        self.version = stored_number(posted.get("version", "")) or 0
        self.body, self.style = posted.get("body", ""), posted.get("style", "")
        self.blocks = posted_blocks(posted) if self.row.form == BLOCKS else []
        self.do = posted.get("do", "")
        return self

    @property
    def given(self) -> dict[str, Any]:
        """What is saved, by the arguments of the command."""
        values = self.form.values
        return {
            "name": values["name"] or "",
            "body": self.body,
            "style": self.style,
            "blocks": self.blocks,
            "page": {item.name: values[item.name] for item in self.page_fields},
        }

    @property
    def record(self) -> int | None:
        """The record with whose values the preview is wanted."""
        return stored_number(str(self.form.values.get("record") or ""))

    def changed_blocks(self) -> bool:
        """Do what a button of the blocks says; False where none was pressed."""
        found = DO.fullmatch(self.do)
        if found is None or self.row.form != BLOCKS:
            return False
        what, which = found.groups()
        if what == "add":
            if which in TYPES and len(self.blocks) < MOST:
                self.blocks += cleaned([{"type": which}])
            return True
        place = stored_number(which)
        if place is None or place >= len(self.blocks):
            return True
        if what == "remove":
            del self.blocks[place]
        else:
            other = place - 1 if what == "up" else place + 1
            if 0 <= other < len(self.blocks):
                self.blocks[place], self.blocks[other] = self.blocks[other], self.blocks[place]
        return True

    def attach(self, problems: Iterable[Problem]) -> None:
        """Put each problem beside its field, those of the words above the editor."""
        mine = [each for each in problems if each.field in WHOLE or each.field is None]
        translate, locale = self.context.runtime.translate, self.context.locale
        for each in mine:
            said = translate(each.message, locale)
            self.messages.append(
                f"{translate(_('Style'), locale)}: {said}" if each.field == "style" else said
            )
        self.form.attach(each for each in problems if each not in mine)


NAME = Text("name", _("Name"), required=True, limit=100)


def posted_blocks(posted: Mapping[str, str]) -> list[dict[str, Any]]:
    """Read the blocks of a form: `b-0-type`, `b-0-text`, `b-0-c-1-value` and so on."""
    count = min(stored_number(posted.get("blocks", "")) or 0, MOST)
    found = []
    for place in range(count):
        kind = TYPES.get(posted.get(f"b-{place}-type", ""))
        if kind is None:
            continue
        block: dict[str, Any] = {"type": posted[f"b-{place}-type"]}
        for name in kind.parts:
            if name == "columns":
                block[name] = [
                    {part: posted.get(f"b-{place}-c-{each}-{part}", "") for part in ("title", "value")}
                    for each in range(COLUMNS)
                ]
            else:
                block[name] = posted.get(f"b-{place}-{name}", "")
        found.append(block)
    return cleaned(found)
