"""What an administrator enters to define a field: the controls for each kind, and a checked definition out of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from kernel.data.base import USER_VALUES
from kernel.fa.text import clean, squeeze
from kernel.i18n import LazyText, _
from kernel.resources import fields
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, NotFound, Problem
from kernel.resources.fields import Field, FieldError
from kernel.resources.fields.several import BETWEEN
from kernel.resources.models import History
from kernel.resources.records.values import read_values
from kernel.resources.resource import Resource
from kernel.resources.runtime import Runtime
from kernel.resources.user_fields.definition import Definition, Option
from kernel.resources.user_fields.keeping import plain_text
from kernel.resources.user_fields.kinds import KINDS, Kind
from kernel.resources.user_fields.models import UserField
from kernel.resources.user_fields.stored import InUserValues

MOST_OPTIONS = 200
LONGEST_TITLE = 100
LONGEST_KEY = 40

OPTION_FIELDS: tuple[Field, ...] = (
    fields.Text("title", _("Option"), limit=LONGEST_TITLE),
    fields.Text("title_en", _("In English"), limit=LONGEST_TITLE),
    fields.YesNo("active", _("Offered"), default=True),
)
"""What is entered of each option of a choice, besides its key."""


def extensible(runtime: Runtime) -> dict[str, Resource]:
    """Give the resources for which fields can be defined, by name."""
    return {
        name: resource
        for name, resource in runtime.resources.items()
        if hasattr(resource.model, USER_VALUES) and resource.editable and not resource.overview
    }


def kind_of(key: str) -> Kind:
    """Give a kind by its key; raise `NotFound`."""
    if key not in KINDS:
        raise NotFound()
    return KINDS[key]


def deciders(context: Context) -> dict[str, LazyText | str]:
    """Give the options by which fields may be asked, as `resource:field=option`: of choices that decide already."""
    found: dict[str, LazyText | str] = {}
    for name, resource in extensible(context.runtime).items():
        deciding = {item.when.field for item in resource.fields if item.when is not None}
        for item in resource.fields:
            if item.name not in deciding or not isinstance(item, fields.Choice) or item.when is not None:
                continue
            for key, title in item.choices(context):
                found[f"{name}:{item.name}={key}"] = _(
                    "%(field)s: %(option)s", field=item.title, option=BETWEEN.sub(" ", title)
                )
    return found


def form_fields(context: Context, kind: Kind) -> tuple[Field, ...]:
    """Give the controls for a field of a kind."""
    runtime, options = context.runtime, deciders(context)
    homes = {name: resource.plural for name, resource in extensible(runtime).items()}
    return (
        fields.Text("title", _("Title"), required=True, limit=LONGEST_TITLE),
        fields.Text("title_en", _("Title in English"), limit=LONGEST_TITLE),
        fields.Choices("resources", _("For records of"), options=homes, required=True, wide=True),
        fields.Text(
            "section",
            _("Heading on the form"),
            limit=60,
            help=_("Fields with the same heading stand together. Empty: “Further details”."),
        ),
        fields.Text("help", _("Help for whoever fills it in"), limit=200),
        *(
            [
                fields.Choices(
                    "when",
                    _("Asked only where"),
                    options=options,  # type: ignore[arg-type]
                    wide=True,
                    help=_("Options of one field. None: it is always asked."),
                )
            ]
            if options
            else []
        ),
        *_parameters(runtime, kind),
        *_flags(kind),
    )


def _parameters(runtime: Runtime, kind: Kind) -> list[Field]:
    found: list[Field] = []
    if kind.bounds is not None:
        within = {"least": kind.bounds["least"], "most": kind.bounds["most"]}
        found += [
            fields.Whole("least", _("Smallest value"), **within),
            fields.Whole("most", _("Largest value"), **within),
        ]
    if kind.places:
        found.append(fields.Whole("places", _("Decimal places"), least=0, most=6, default=2))
    if kind.limit:
        found.append(fields.Whole("limit", _("Characters at most"), least=1, most=kind.limit))
    if kind.links:
        targets = {
            name: resource.plural
            for name, resource in runtime.resources.items()
            if resource.search is not None
        }
        found.append(fields.Choice("to", _("Links to"), options=targets, required=True))
    else:
        found.append(
            fields.Text(
                "default", _("Default value"), limit=500, help=_("Stands in the form of a new record.")
            )
        )
    return found


def _flags(kind: Kind) -> list[Field]:
    offered: list[tuple[str, LazyText, LazyText | None, bool]] = [
        ("required", _("Required"), None, True),
        (
            "unique_values",
            _("No two records with the same value"),
            _("An import takes records with the same value for the same record."),
            kind.may_be_unique,
        ),
        (
            "searchable",
            _("Found by the search box"),
            None,
            kind.may_be_searched,
        ),
        (
            "private",
            _("Private like a phone number"),
            _("Only those who may search phones and identity numbers can search, sort and filter by it."),
            not kind.always_private,
        ),
        (
            "sensitive",
            _("Sensitive"),
            _("Seen and written only by those who hold the right to see sensitive fields. Never searched."),
            True,
        ),
        ("in_list", _("May be shown as a column of the list"), None, True),
        ("in_columns", _("A column of the list from the start"), None, True),
        ("filterable", _("May be filtered by"), None, True),
        ("quick_filter", _("Filter above the list"), None, kind.options),
    ]
    return [
        fields.YesNo(name, title, help=help_, default=name in ("in_list", "filterable") or None)
        for name, title, help_, wanted in offered
        if wanted
    ]


def shown_values(context: Context, definition: Definition) -> dict[str, Any]:
    """Give what the controls hold for a definition."""
    held: dict[str, Any] = {
        "title": definition.title,
        "title_en": definition.title_en,
        "resources": definition.resources,
        "section": definition.section,
        "help": definition.help,
        "when": _chosen(definition),
        **{name: definition.parameters.get(name) for name in ("least", "most", "places", "limit", "to")},
        **{item.name: definition.has(item.name) for item in _flags(KINDS[definition.kind])},
    }
    made = definition.make()
    if made.default is not None:
        held["default"] = plain_text(context, made, made.default)
    return held


def _chosen(definition: Definition) -> list[str]:
    """Give the options by which a field is asked, as the control holds them."""
    when = definition.when
    return (
        []
        if when is None
        else [f"{name}:{when.field}={value}" for name in definition.resources for value in when.values]
    )


def _condition(names: Sequence[str], chosen: Sequence[str]) -> tuple[dict[str, Any] | None, list[Problem]]:
    """Read by which options of which field a field is asked."""
    if not chosen:
        return None, []
    parts = [re.fullmatch(r"([^:]+):([^=]+)=(.*)", each) for each in chosen]
    homes, deciding = ({part[place] for part in parts if part} for place in (1, 2))
    if len(deciding) != 1 or not homes >= set(names):
        return None, [Problem("when", _("Choose options of one field of these records."))]
    values = dict.fromkeys(part[3] for part in parts if part and part[1] in names)
    return {"field": deciding.pop(), "values": list(values)}, []


def read_definition(
    context: Context,
    kind: Kind,
    values: Mapping[str, Any],
    options: Sequence[Mapping[str, Any]],
    present: Definition | None,
    others: Sequence[Definition],
) -> Definition:
    """Check what was entered, and give the definition; `Invalid` with everything that is wrong.

    `present` is the definition that is changed, `others` are the site's further ones.
    """
    read = read_values(form_fields(context, kind), values, context, all_required=True)
    entered, problems = read.values, list(read.problems)
    kept, option_problems = _options(kind, options, present)
    when, when_problems = _condition(entered.get("resources") or (), entered.get("when") or ())
    problems += [*option_problems, *when_problems]
    if problems:
        raise Invalid(problems)
    parameters: dict[str, Any] = {
        name: entered[name]
        for name in ("least", "most", "places", "limit", "to")
        if entered.get(name) is not None
    }
    if when is not None:
        parameters["when"] = when
    if kind.options:
        parameters["options"] = [option.stored() for option in kept]
    subject, problems = _subject(context, entered["resources"], present)
    draft = Definition(
        id=present.id if present else 0,
        key=present.key if present else new_key(context, entered, others),
        subject=subject,
        resources=tuple(entered["resources"]),
        kind=kind.key,
        title=entered["title"],
        title_en=entered.get("title_en") or "",
        help=entered.get("help") or "",
        section=entered.get("section") or "",
        parameters=parameters,
        flags=frozenset(item.name for item in _flags(kind) if entered.get(item.name)),
        retired=present.retired if present else False,
    )
    problems += _contradictions(context, draft, others)
    if problems:
        raise Invalid(problems)
    return replace(draft, default_value=_default(context, draft, entered.get("default")))


def _options(
    kind: Kind, entered: Sequence[Mapping[str, Any]], present: Definition | None
) -> tuple[list[Option], list[Problem]]:
    if not kind.options:
        return [], []
    known = {option.key for option in present.options} if present else set()
    numbers = [int(key[1:]) for key in known if re.fullmatch(r"o\d{1,9}", key)]
    following = max(numbers, default=0) + 1
    found: list[Option] = []
    for row in entered:
        title, title_en = (
            " ".join(clean(str(row.get(name) or "")).split()) for name in ("title", "title_en")
        )
        key = str(row.get("key") or "")
        if not title:
            continue
        if key not in known:
            key, following = f"o{following}", following + 1
        found.append(Option(key, title, title_en, bool(row.get("active"))))
    return found, _option_problems(kind, found)


def _option_problems(kind: Kind, found: Sequence[Option]) -> list[Problem]:
    titles = [squeeze(option.title) for option in found]
    if not found:
        return [Problem("options", _("Enter at least one option."))]
    if len(found) > MOST_OPTIONS:
        return [Problem("options", _("A field takes %(most)d options at most.", most=MOST_OPTIONS))]
    if "" in titles or len(set(titles)) < len(titles) or len({each.key for each in found}) < len(found):
        return [Problem("options", _("Two options may not have the same title."))]
    if any(
        len(text) > LONGEST_TITLE or "\x00" in text for each in found for text in (each.title, each.title_en)
    ):
        message = _(
            "%(field)s may have %(limit)d characters at most.", field=_("Option"), limit=LONGEST_TITLE
        )
        return [Problem("options", message)]
    if kind.key == "choices" and any(BETWEEN.search(each.title + each.title_en) for each in found):
        return [Problem("options", _("Options of which several are chosen may hold no comma."))]
    return []


def _subject(context: Context, names: Sequence[str], present: Definition | None) -> tuple[str, list[Problem]]:
    known = extensible(context.runtime)
    tables = {known[name].table for name in names}
    if len(tables) != 1 or (present is not None and tables != {present.subject}):
        message = _("Records of these kinds stand in different tables; define a field for each.")
        return "", [Problem("resources", message)]
    return tables.pop(), []


def _contradictions(context: Context, draft: Definition, others: Sequence[Definition]) -> list[Problem]:
    problems = []
    least, most = draft.parameters.get("least"), draft.parameters.get("most")
    if least is not None and most is not None and least > most:
        problems.append(Problem("most", _("The largest value is below the smallest one.")))
    if draft.has("sensitive") and draft.has("searchable"):
        problems.append(Problem("searchable", _("A sensitive field is never searched.")))
    if draft.has("in_columns") and not draft.has("in_list"):
        problems.append(Problem("in_columns", _("Let the field be a column first.")))
    if draft.has("quick_filter") and not draft.has("filterable"):
        problems.append(Problem("quick_filter", _("Let the field be filtered by first.")))
    if _title_taken(context, draft, others):
        problems.append(Problem("title", _("There is a field of this title already.")))
    return problems


def _title_taken(context: Context, draft: Definition, others: Sequence[Definition]) -> bool:
    wanted = {squeeze(title) for title in (draft.title, draft.title_en) if title}
    taken: set[str] = set()
    for name in draft.resources:
        for item in context.runtime.resource(name).fields:
            if not isinstance(item, InUserValues):
                taken |= {squeeze(context.runtime.translate(item.title, locale)) for locale in ("fa", "en")}
    for other in others:
        if not other.retired and set(other.resources) & set(draft.resources):
            taken |= {squeeze(title) for title in (other.title, other.title_en) if title}
    return bool(wanted & taken)


def _default(context: Context, draft: Definition, text: str | None) -> Any:
    if not text:
        return None
    made = draft.make()
    try:
        value = made.read(text, context)
    except FieldError as error:
        raise Invalid([Problem("default", error.message)]) from error
    except (ValueError, ArithmeticError) as error:
        message = _("%(field)s: this value cannot be read.", field=_("Default value"))
        raise Invalid([Problem("default", message)]) from error
    return None if value is None else made.encode(value)


def new_key(context: Context, entered: Mapping[str, Any], others: Sequence[Definition]) -> str:
    """Make the name of a new field out of its English title, else a number.

    No other field has it or has ever had it: what the history tells of a deleted field must not be taken for another's.
    """
    plain = (
        unicodedata.normalize("NFKD", entered.get("title_en") or "")
        .encode("ascii", "ignore")
        .decode()
        .lower()
    )
    base = f"u_{re.sub(r'[^a-z0-9]+', '_', plain).strip('_')}"[:LONGEST_KEY].rstrip("_")
    former = select(History.changes["key"][1].astext).where(History.root == str(UserField.__table__))
    taken = {other.key for other in others} | set(context.session.execute(former).scalars())
    taken |= {item.name for resource in context.runtime.resources.values() for item in resource.fields}
    number = 1
    key = base if base != "u" else "u_1"
    while key in taken:
        number += 1
        key = f"{base}_{number}"
    return key
