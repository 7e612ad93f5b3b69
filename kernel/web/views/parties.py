"""What only pages of parties have: the badges, actions and panels that plugins add to a person or organisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kernel.extension.contributions import Action, Badge, Figure, Panel
from kernel.parties.addressing import addressed_as
from kernel.parties.models import PERSON
from kernel.parties.photos import small_photos
from kernel.resources.context import Context
from kernel.resources.resource import Resource
from kernel.web.slots import note_failed

PARTY = "kernel.party"
"""Table of persons and organisations: whatever resource stands on it is a party to plugins."""

TONES = {"good": "green", "notice": "amber", "alarm": "red", "neutral": ""}
"""Tones of badges as plugins name them, and the colour each is drawn in."""


@dataclass(frozen=True)
class Mark:
    """A badge as the template draws it."""

    text: str
    tone: str


@dataclass(frozen=True)
class Block:
    """A panel with the title of the plugin that it is from; empty for the kernel's own."""

    panel: Panel
    plugin: str


def is_party(resource: Resource) -> bool:
    """Say whether the records of a resource are parties."""
    return resource.table == PARTY


def badges_of(context: Context, resource: Resource, ids: Sequence[int]) -> dict[int, list[Mark]]:
    """Give the badges of these records; asked once for all of them."""
    if not ids or not is_party(resource):
        return {}
    answers = context.runtime.gather("party_badges", ctx=context, party_ids=list(ids))
    note_failed(answers.failed)
    found: dict[int, list[Badge]] = {}
    for answer in answers:
        for number, badges in answer.value.items():
            found.setdefault(number, []).extend(badges)
    return {
        number: [
            Mark(context.text(badge.text), TONES.get(badge.tone, badge.tone))
            for badge in sorted(badges, key=lambda badge: badge.order)
        ]
        for number, badges in found.items()
    }


def photos_of(context: Context, resource: Resource, ids: Sequence[int]) -> dict[int, str]:
    """Give the addresses of the small photos of these records; one query."""
    if not ids or not is_party(resource):
        return {}
    found = small_photos(context, ids)
    return {number: f"/{resource.path}/{number}/photo?small={mark[:12]}" for number, mark in found.items()}


def addressed_line(context: Context, resource: Resource, record_id: int) -> str:
    """Give the words that address a person in letters and greetings; nothing for other records."""
    if resource.name != PERSON:
        return ""
    return addressed_as(context, [record_id]).get(record_id, "")


def panels_of(context: Context, resource: Resource, record_id: int) -> list[Block]:
    """Give the panels of a party's page in their order, each with whose it is."""
    if not is_party(resource):
        return []
    answers = context.runtime.items("party_panels", ctx=context, party_id=record_id)
    note_failed(answers.failed)
    return [Block(answer.value, plugin_title(context, answer.plugin)) for answer in answers]


@dataclass(frozen=True)
class Shown:
    """A figure as the templates draw it, with the title of the plugin that it is from."""

    figure: Figure
    tone: str
    plugin: str


def figures_of(context: Context, resource: Resource, record_id: int) -> list[Shown]:
    """Give the figures of a party's page in their order, those that the actor may see."""
    if not is_party(resource):
        return []
    answers = context.runtime.gather("party_figures", ctx=context, party_ids=[record_id])
    note_failed(answers.failed)
    found = [(figure, answer.plugin) for answer in answers for figure in answer.value.get(record_id, ())]
    return [
        Shown(figure, TONES.get(figure.tone, ""), plugin_title(context, plugin))
        for figure, plugin in sorted(found, key=lambda pair: (pair[0].order, pair[1]))
        if figure.permission is None or context.may(*figure.permission)
    ]


def actions_of(context: Context, resource: Resource, record_id: int) -> list[Action]:
    """Give the buttons of a record's page, those that plugins add to a party's among them, that the actor may press."""
    if not is_party(resource):
        own = resource.actions(context, record_id) if resource.actions is not None else ()
        return [each for each in own if each.permission is None or context.may(*each.permission)]
    answers: Any = context.runtime.items("party_actions", ctx=context, party_id=record_id)
    note_failed(answers.failed)
    return [
        answer.value
        for answer in answers
        if answer.value.permission is None or context.may(*answer.value.permission)
    ]


def plugin_title(context: Context, name: str) -> str:
    """Give the name under which users know a plugin; empty for the kernel itself."""
    found = context.runtime.hooks.discovery.plugins.get(name)
    return context.text(found.plugin.title) if found else name
