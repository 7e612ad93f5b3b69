"""Personal facts as facets of a party: what everybody may know, and the sensitive kinds, each under a right of its own.

Sensitive kinds are seen by nobody to whom they were not granted, in no list, filter, export, history or import; both walls
stand around their tables. They are kept only with a consent (`kernel.parties.consents`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.i18n import LazyText, _
from kernel.parties.consents import KINDS, consented
from kernel.parties.models import (
    ORGANISATION,
    PERSON,
    PartyFacts,
    PersonDiet,
    PersonFaith,
    PersonFamily,
    PersonHealth,
)
from kernel.parties.tabs import PERSONAL
from kernel.resources.fields import BaseChoice, Choice, Day, Field, LongText, Text, YesNo
from kernel.resources.resource import Facet

OCCUPATIONS = "occupation"
LANGUAGES = "language"
RELIGIONS = "religion"
FACTS = "facts"

CHANNELS: Mapping[str, LazyText] = {
    "call": _("Telephone call"),
    "sms": _("Text message"),
    "email": _("E-mail"),
    "letter": _("Letter"),
    "visit": _("Visit in person"),
}
STATUSES: Mapping[str, LazyText] = {
    "single": _("Single"),
    "engaged": _("Engaged"),
    "married": _("Married"),
    "divorced": _("Divorced"),
    "widowed": _("Widowed"),
}

_WISHES: tuple[Field, ...] = (
    Choice("channel", _("Likes to be reached by"), options=CHANNELS),
    Text("times", _("Good times"), limit=200, help=_("For example: afternoons, not on Thursdays.")),
    BaseChoice("language", _("Language"), source=LANGUAGES, attribute="language_id"),
    YesNo("do_not_call", _("Does not want to be called")),
)


def _facts(resource: str, title: LazyText, fields: tuple[Field, ...]) -> Facet:
    return Facet(
        resource=resource,
        plugin=FACTS,
        title=title,
        model=PartyFacts,
        key="party_id",
        fields=fields,
        permission="party",
        order=10,
    )


def _sensitive(kind: str, order: int, model: Any, fields: tuple[Field, ...], **options: Any) -> Facet:
    return Facet(
        resource=PERSON,
        plugin=kind,
        title=KINDS[kind],
        model=model,
        key="party_id",
        fields=fields,
        permission=f"party_{kind}",
        order=order,
        tab=PERSONAL.key,
        prepare=consented(kind, fields),
        **options,
    )


FACETS: tuple[Facet, ...] = (
    _facts(
        PERSON,
        _("Occupation and wishes"),
        (
            BaseChoice(
                "occupation",
                _("Occupation"),
                source=OCCUPATIONS,
                attribute="occupation_id",
                aliases=("شغل", "job"),
            ),
            *_WISHES,
            LongText("preferences", _("Preferences and habits"), limit=2000),
            LongText("companions", _("Interests of companions"), limit=2000),
        ),
    ),
    _facts(ORGANISATION, _("Wishes"), _WISHES),
    _sensitive(
        "family",
        20,
        PersonFamily,
        (
            Choice("status", _("Marital status"), options=STATUSES, aliases=("تأهل",)),
            Day("wedding_date", _("Wedding date"), past_only=True, aliases=("ازدواج",)),
        ),
        sorts=("wedding_date",),
    ),
    _sensitive(
        "faith",
        21,
        PersonFaith,
        (
            BaseChoice(
                "religion",
                _("Religion or denomination"),
                source=RELIGIONS,
                attribute="religion_id",
                aliases=("دین", "مذهب"),
                help=_("Day and wording of greetings follow it."),
            ),
            Text("interests", _("Religious interests"), limit=500),
        ),
    ),
    _sensitive(
        "health", 22, PersonHealth, (LongText("illnesses", _("Illnesses and allergies"), limit=2000),)
    ),
    _sensitive(
        "diet",
        23,
        PersonDiet,
        (
            YesNo("halal", _("Halal food only")),
            YesNo("no_alcohol", _("No alcohol")),
            YesNo("vegetarian", _("Vegetarian")),
            Text("dislikes", _("Does not like or eat"), limit=500),
        ),
    ),
)

RELIGION_ENTRIES: Mapping[str, LazyText] = {
    "shia": _("Shia Muslim"),
    "sunni": _("Sunni Muslim"),
    "christian": _("Christian"),
    "zoroastrian": _("Zoroastrian"),
    "jewish": _("Jewish"),
}
OCCUPATION_ENTRIES: Mapping[str, LazyText] = {
    "teacher": _("Teacher"),
    "lecturer": _("Lecturer"),
    "physician": _("Physician"),
    "engineer": _("Engineer (occupation)"),
    "lawyer": _("Lawyer"),
    "merchant": _("Merchant"),
    "clerk": _("Clerk"),
    "worker": _("Worker"),
    "student": _("Student"),
    "homemaker": _("Homemaker"),
    "retired": _("Retired"),
}
LANGUAGE_ENTRIES: Mapping[str, LazyText] = {
    "fa": _("Persian"),
    "az": _("Azerbaijani Turkish"),
    "ku": _("Kurdish"),
    "ar": _("Arabic"),
    "en": _("English"),
}
