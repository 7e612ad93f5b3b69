"""Form controls: which WTForms field stands for which kind of resource field.

WTForms holds what was typed and what to show beside it; reading and checking belong to the resource's own fields, in the
command. So no control has validators, and every entered text comes back as it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    Field,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm

from kernel.fa.calendar import format_date
from kernel.fa.clock import local
from kernel.fa.digits import stored_number, to_persian_digits
from kernel.fa.locales import is_persian
from kernel.resources.context import Context
from kernel.resources.fields import Choice, Choices, Day, FieldError, IdentityNumber, Lookup, Money
from kernel.resources.fields import Field as ResourceField
from kernel.web.forms.linking import makers, opening

Address = Callable[[ResourceField], str]
"""Gives the address at which the options of a lookup field are asked for."""


FIGURES = frozenset({"number", "money", "time"})
"""Shapes of controls that show Persian digits to Persian readers; codes and phones stay as they are dialled."""


class DayControl(StringField):  # type: ignore[misc]
    """A day: `data` is the day where what was typed is one, `_value` what was typed."""

    kind = "date"

    def __init__(
        self, *args: Any, read: Callable[[str], date | None], digits: Callable[[str], str], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self._read = read
        self._digits = digits
        self.typed = ""

    def process_data(self, value: Any) -> None:
        """Take a day of the record."""
        self.data = value if isinstance(value, date) else None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was typed."""
        if valuelist:
            self.typed = str(valuelist[0])
            self.data = self._read(self.typed)

    def _value(self) -> str:
        return self._digits(self.typed)


class FigureControl(StringField):  # type: ignore[misc]
    """A figure. Browsers send ASCII digits; a refused form shows them as a fresh one does."""

    def __init__(self, *args: Any, digits: Callable[[str], str], **options: Any) -> None:
        super().__init__(*args, **options)
        self._digits = digits

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was typed."""
        if valuelist:
            self.data = self._digits(str(valuelist[0]))


class LookupControl(StringField):  # type: ignore[misc]
    """A choice of another row: `data` is its id, `lookup_label` its name, `lookup_url` where others are found.

    `lookup_makers` are titles and addresses of what can be made in place; `lookup_opens` is the address of a chosen row.
    """

    kind = "lookup"

    def __init__(
        self,
        *args: Any,
        lookup_url: str,
        makers: Iterable[tuple[str, str]] = (),
        opens: str = "",
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.lookup_url = lookup_url
        self.lookup_label = ""
        self.lookup_makers = list(makers)
        self.lookup_opens = opens


class ChoicesControl(SelectMultipleField):  # type: ignore[misc]
    """Several options. An empty value always comes along, so that none ticked differs from not asked."""

    kind = "choices"
    sends_empty = True

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the ticked ones."""
        self.data = [str(value) for value in valuelist if value]


def controls(
    fields: Iterable[ResourceField], context: Context, address: Address, prefix: str = ""
) -> BaseForm:
    """Build the controls of several fields as one form; names get the `prefix`."""
    return BaseForm({item.name: control(item, context, address) for item in fields}, prefix=prefix)


def control(item: ResourceField, context: Context, address: Address) -> UnboundField:
    """Build the control of one field, with its label and help in the reader's language."""
    label = context.text(item.title)
    common: dict[str, Any] = {"description": context.text(item.help) if item.help else ""}
    attributes: dict[str, Any] = {}
    if item.placeholder:
        attributes["placeholder"] = context.text(item.placeholder)
    common["render_kw"] = attributes
    digits = to_persian_digits if is_persian(context.locale) else str
    if isinstance(item, Lookup):
        made = () if context.read_only else makers(context, item)
        opens = opening(context, item)
        return UnboundField(
            LookupControl, label, lookup_url=address(item), makers=made, opens=opens, **common
        )
    if isinstance(item, Day):
        return UnboundField(
            DayControl, label, read=lambda text: _day(item, text, context), digits=digits, **common
        )
    if item.widget == "checkbox":
        return UnboundField(BooleanField, label, false_values=("", "0", "false"), **common)
    if isinstance(item, Choices):
        ticked = [SelectChoice(key, title) for key, title in item.choices(context)]
        return UnboundField(ChoicesControl, label, choices=ticked, validate_choice=False, **common)
    if isinstance(item, Choice):
        if item.widget == "radio":
            open_choices = [SelectChoice(key, title) for key, title in item.choices(context)]
            return UnboundField(RadioField, label, choices=open_choices, validate_choice=False, **common)
        options = [SelectChoice(key, title) for key, title in (("", ""), *item.choices(context))]
        return UnboundField(SelectField, label, choices=options, validate_choice=False, **common)
    if shape(item) in FIGURES:
        return UnboundField(FigureControl, label, digits=digits, **common)
    kind = TextAreaField if item.widget == "textarea" else StringField
    return UnboundField(kind, label, **common)


def shape(item: ResourceField) -> str:
    """Give the kind under which the form macros draw a field."""
    if isinstance(item, Lookup | Day):
        return "lookup" if isinstance(item, Lookup) else "date"
    if isinstance(item, Money):
        return "money"
    if isinstance(item, IdentityNumber):
        return "digits"
    known = {"textarea", "select", "radio", "choices", "checkbox", "number", "email", "url", "time"}
    if item.widget in known:
        return item.widget
    by_widget: Mapping[str, str] = {"tel": "phone", "instant": "digits", "card": "card"}
    return by_widget.get(item.widget, "code" if item.ltr else "text")


def entered(item: ResourceField, value: Any, context: Context) -> Any:
    """Give what a control holds for a stored value."""
    if isinstance(item, Day):
        return value
    if isinstance(item, Choices):
        return list(value or ())
    if item.widget == "checkbox":
        return bool(value)
    if item.widget == "instant" and value is not None and is_persian(context.locale):
        at = local(value, context.time_zone)
        return f"{format_date(at.date(), 'short', digits='en')} {at:%H:%M}"
    return item.fill(value, context)


def mark(made: Field, item: ResourceField) -> None:
    """Tell the macros how to draw a bound control."""
    made.kind = shape(item)
    made.wide = item.wide
    made.unkept = item.sensitive
    made.when = condition(made.name.removesuffix(item.name), item)
    if item.required and item.widget != "checkbox":
        made.flags.required = True


def condition(prefix: str, item: ResourceField) -> dict[str, str]:
    """Give the attributes by which the browser knows when a field applies; none for one that always does."""
    if item.when is None:
        return {}
    values = [
        "1" if value is True else "" if value in (None, False) else str(value) for value in item.when.values
    ]
    return {"data-when": prefix + item.when.field, "data-when-values": json.dumps(values)}


def sent(item: ResourceField | None, posted: MultiDict[str, str], name: str) -> Any:
    """Give what was posted for a field under a name: a list where several values can be chosen."""
    return posted.getlist(name) if isinstance(item, Choices) else posted.get(name, "")


def _day(item: Day, text: str, context: Context) -> date | None:
    try:
        read: date | None = item.read(text, context)
    except FieldError:
        return None
    return read


def alone(context: Context, item: ResourceField, options: str, data: Mapping[str, Any], raw: Any) -> Field:
    """Make the control of one field by itself, called `value`; it holds `data`, or `raw` where something was entered.

    `options` is the address of the choices of a lookup.
    """
    made = controls([item], context, lambda _item: options)
    mark(made[item.name], item)
    made.process(None, data=dict(data))
    bound = made[item.name]
    if raw is not None:
        bound.raw_data = raw if isinstance(raw, list) else [raw]
        bound.process_formdata(bound.raw_data)
    held = stored_number(str(bound.data or ""))
    if isinstance(item, Lookup) and held is not None:
        bound.lookup_label = item.labels([held], context).get(held, "")
    bound.name = "value"
    return bound
