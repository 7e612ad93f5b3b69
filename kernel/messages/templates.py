"""Templates: texts with variables, kept by channel and language; those of plugins with the site's own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select

from kernel.documents.variables import NAMES, VARIABLES
from kernel.documents.wording import faults
from kernel.extension.contributions import Action, MessageTemplate
from kernel.fa.locales import language_of
from kernel.fa.text import squeeze
from kernel.i18n import LazyText, _
from kernel.messages.approved import ApprovedField, faults_of
from kernel.messages.kinds import ADVERTISING, SERVICE, kind_by_code
from kernel.messages.lines import WRITTEN
from kernel.messages.models import Template
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.fields import Choice, Link, LongText, Text, When, YesNo
from kernel.resources.resource import Resource, Search, Section, Sort
from kernel.resources.runtime import Runtime

LANGUAGES: Mapping[str, LazyText] = {"fa": _("Persian"), "en": _("English")}


@dataclass(frozen=True)
class Wording:
    """The words of a template in one language."""

    subject: str
    body: str
    language: str
    kind_id: int | None = None
    template: Template | None = None


def declared_templates(runtime: Runtime) -> dict[str, MessageTemplate]:
    """Give the templates that plugins declare, by `<plugin>.<key>`."""
    answers = runtime.declared.declarations.of("templates")
    return {f"{answer.plugin}.{answer.value.key}": answer.value for answer in answers}


def places_of(runtime: Runtime, code: str | None) -> Mapping[str, LazyText | str]:
    """Give the places of a plugin's template with their titles; none for a text of the site's own."""
    declared = declared_templates(runtime).get(code or "")
    return {} if declared is None else declared.places


def wording_of(context: Context, code: str, channel: str) -> Wording:
    """Give the words of a plugin's template: the site's own, in the language of the site; else as the plugin declares them.

    `KeyError` for a code that no running plugin declares. The context acts for the system.
    """
    declared = declared_templates(context.runtime)[code]
    wanted = select(Template).where(Template.code == code, Template.channel == channel, Template.active)
    found = {row.language: row for row in context.session.execute(wanted).scalars()}
    language = language_of(context.site.locale)
    row = found.get(language) or next(iter(found.values()), None)
    if row is not None:
        return Wording(row.subject or "", row.body, row.language, row.kind_id, row)
    kind = kind_by_code(context, declared.kind if declared.kind in (SERVICE, ADVERTISING) else SERVICE)
    body = as_stored(context.runtime.translate(declared.body), declared.places)
    return Wording("", body, language, kind.id)


def as_stored(body: str, places: Iterable[str]) -> str:
    """Turn the short form of a place, `{name}`, into the one that templates are kept in."""
    names = "|".join(re.escape(name) for name in places)
    if not names:
        return body
    return re.sub(rf"(?<!\{{)\{{\s*({names})\s*\}}(?!\}})", r"{{ \1 }}", body)


def seed_templates(context: Context, plugin: str) -> None:
    """Make the templates of a plugin that are missing; words that the site has changed stay as they are."""
    known = set(context.session.execute(select(Template.code)).scalars())
    names = set(context.session.execute(select(Template.search_key)).scalars())
    language = language_of(context.site.locale)
    rows = []
    for declared in context.runtime.declared.declarations.of_plugin(plugin, "templates"):
        code = f"{plugin}.{declared.key}"
        if code in known:
            continue
        name = context.text(declared.title)
        name = f"{name} ({code})" if squeeze(name) in names else name
        kind = kind_by_code(context, declared.kind if declared.kind in (SERVICE, ADVERTISING) else SERVICE)
        rows.append(
            {
                "code": code,
                "name": name,
                "search_key": squeeze(name),
                "channel": declared.channel,
                "language": language,
                "kind_id": kind.id,
                "body": as_stored(context.text(declared.body), declared.places),
            }
        )
    if rows:
        context.session.execute(insert(Template), rows)


def check_text(runtime: Runtime, field: str, text: str | None, code: str | None = None) -> list[Problem]:
    """Give the problems of a text with variables, each naming the line."""
    known = NAMES | set(places_of(runtime, code))
    return [
        Problem(field, _("Line %(line)d: %(problem)s", line=fault.line, problem=fault.message))
        for fault in faults(text or "", known)
    ]


def prepare_template(context: Context, template: Template, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the folded name; check variables and what the text is made of."""
    template.search_key = squeeze(template.name or "")
    problems = check_text(context.runtime, "body", template.body, template.code)
    problems += check_text(context.runtime, "subject", template.subject, template.code)
    if template.channel == "email" and not template.subject:
        problems.append(Problem("subject", _("An e-mail needs a subject.")))
    template.approved = template.approved or {}
    problems += faults_of(template.approved, NAMES | set(places_of(context.runtime, template.code)))
    if template.approved_only and not template.approved:
        problems.append(Problem("approved", _("Enter the approved template without which it is not sent.")))
    return problems


HELP = _(
    "Variables stand in double braces, such as {{ party.addressed }}. What is to stand where one is empty: "
    "{{ party.city|default('our city') }}. A choice: {% if party.title %}…{% else %}…{% endif %}."
)


APPROVED_HELP = _(
    "A line for each gateway whose provider has approved this text, with the provider's variables and ours in their order: "
    "kavenegar.sms: welcome (token=party.first_name). Service messages then go by that template over lines of the gateway."
)
ONLY_HELP = _("Otherwise it goes in its own words over lines whose gateway has no approved template of it.")


def previewing(context: Context, number: int) -> list[Action]:
    """Lead to the template's words as a party would read them."""
    del context
    return [
        Action(
            label=_("Preview"),
            url=f"/outbox/templates/{number}/preview",
            icon="eye",
            permission=("message_template", "view"),
        )
    ]


MESSAGE_TEMPLATE = Resource(
    name="message_template",
    model=Template,
    title=_("Template"),
    plural=_("Templates"),
    path="message-templates",
    icon="template",
    fields=(
        Text("name", _("Name"), required=True, limit=100),
        Choice("channel", _("Channel"), options=WRITTEN, required=True, default="sms"),
        Choice("language", _("Language"), options=LANGUAGES, required=True, default="fa"),
        Link("kind", _("Kind of message"), to="message_kind", attribute="kind_id", required=True),
        Text("subject", _("Subject"), limit=200, in_list=False, when=When("channel", ("email",))),
        LongText("body", _("Text"), required=True, limit=4000, help=HELP),
        ApprovedField(
            "approved",
            _("Approved templates of providers"),
            limit=2000,
            filterable=False,
            help=APPROVED_HELP,
        ),
        YesNo("approved_only", _("Never as a plain text"), in_list=False, help=ONLY_HELP),
        YesNo("active", _("Offered for choice"), default=True),
    ),
    list_columns=("name", "channel", "language", "kind", "body", "active"),
    sections=(
        Section(_("Template"), ("name", "channel", "language", "kind", "active")),
        Section(_("Words"), ("subject", "body")),
        Section(_("Approved templates of providers"), ("approved", "approved_only")),
    ),
    sorts=(Sort("name", _("Name"), ("search_key",)),),
    search=Search(),
    prepare=prepare_template,
    actions=previewing,
    constraints={
        "uq_message_template_search_key": (
            "name",
            _("There is already a template of this name for the channel."),
        )
    },
)
"""Templates as a list and a form with history."""
VARIABLE_TITLES = {each.name: each.title for each in VARIABLES}
