"""What a plugin declares once for a site: menu, rights, roles, settings, channels, texts, series."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from kernel.data.number_patterns import is_sound
from kernel.data.site import Site
from kernel.extension.contributions.base import Right, Text
from kernel.i18n import LazyText


@dataclass(frozen=True, kw_only=True)
class MenuItem:
    """An entry of the main menu; `target` is a Flask endpoint (`medical.day`) or an address that starts
    with `/`.
    """

    label: Text
    target: str
    icon: str = "circle"
    permission: Right | None = None
    order: int = 500
    group: str = ""
    """Key of the menu's section; empty stands alone."""
    key: str = ""
    """A key of the keyboard (`KeyA`) that opens it after G; the kernel's own go before."""
    help: Text = ""
    """Help on the page: what it is for, and how one works with it."""


@dataclass(frozen=True, kw_only=True)
class Permission:
    """A right besides those that each resource has anyway, such as `("invoice", "change-issued")`."""

    resource: str
    action: str
    title: Text
    order: int = 500


@dataclass(frozen=True, kw_only=True)
class PatternSuggestion:
    """Grants that usually go together (a receptionist's); an administrator may make a pattern of them."""

    name: str
    """Stable, of small Latin letters, unique within the plugin."""
    title: Text
    grants: Mapping[Right, str | Collection[str]]
    """(resource, action) to a scope, or to several of them."""
    order: int = 500
    fields: Mapping[Right, str] = field(default_factory=dict)
    """(resource, field as forms address it) to `read_only`, `masked` or `hidden`: what it keeps of single fields."""


@dataclass(frozen=True, kw_only=True)
class PartyRole:
    """What a party can be to us (نقش): patient, student. Many at once, each with its dates."""

    key: str
    title: Text
    order: int = 500
    icon: str = "user"


@dataclass(frozen=True, kw_only=True)
class RelationKind:
    """A kind of relation between two parties: the first is `title` of the second, the second `reverse` of the first.

    `first` and `second` say what each must be: `person`, `organisation`; None for either. `mutual` kinds read the same
    from both sides and need no `reverse`. `exclusive` says which of the two may stand in one at a time only: `none`,
    `first`, `second`, `both`. In a `tree` no chain of relations comes back to its beginning.
    """

    key: str
    title: Text
    reverse: Text | None = None
    first: str | None = None
    second: str | None = None
    mutual: bool = False
    exclusive: str = "none"
    tree: bool = False


DIRECTIONS = ("none", "in", "out", "either")
"""How a channel leads: nowhere (a visit), to us, from us, or as is said of each interaction."""


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A way in which we and a party are in touch (کانال): a call that came in, a visit, a messenger.

    `direction` is one of `DIRECTIONS`; `either` asks for it when an interaction is recorded. `number` says that a telephone
    number or an address belongs to it, `duration` that it takes time, so that its end is asked for.
    """

    key: str
    """Stable, of small Latin letters and underscores. A plugin's channels carry its name: `chatbot.bale`."""
    title: Text
    icon: str = "message"
    direction: str = "either"
    number: bool = False
    duration: bool = False
    order: int = 500

    def __post_init__(self) -> None:
        if self.direction not in DIRECTIONS:
            raise ValueError(f"channel {self.key}: {self.direction} is no direction")


WHOLE_KINDS = frozenset({"number", "whole"})
"""Kinds of settings that may have bounds."""
SECRET_KINDS = frozenset({"text", "long_text", "secret_text"})
"""Kinds of settings that may be secret."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One thing that an administrator or an edition may set. Its full key is `<plugin>.<key>`."""

    key: str
    title: Text
    kind: str = "text"
    """text, long_text, number, yes_no, choice, choices, money, day, secret_text …: a field kind of the resources
    layer.
    """
    default: Any = None
    site_default: Callable[[Site], Any] | None = None
    """Gives the default from how the site was made; `default` counts where no site is asked."""
    secret: bool = False
    """Never shown again once saved, never exported, and encrypted in the database; for texts only."""
    choices: Mapping[str, Text] = field(default_factory=dict)
    bounds: tuple[int, int] | None = None
    """The least and the most that may be entered, both included; for whole numbers only."""
    check: Callable[[Any], LazyText | None] | None = None
    """Called with what was entered: says what is wrong with it, or nothing. What is emptied is not asked about."""
    help: Text = ""
    order: int = 500

    def __post_init__(self) -> None:
        if self.secret and self.kind not in SECRET_KINDS:
            raise ValueError(f"setting {self.key}: a secret is a text")
        if self.bounds is not None and self.kind not in WHOLE_KINDS:
            raise ValueError(f"setting {self.key}: bounds are for whole numbers")


@dataclass(frozen=True, kw_only=True)
class MessageTemplate:
    """A text that is sent to customers, with named places; a site may change the words, not the places."""

    key: str
    title: Text
    body: Text
    places: Mapping[str, Text] = field(default_factory=dict)
    channel: str = "sms"
    kind: str = "service"
    """service or advertising: opt-out is asked per kind."""
    order: int = 500


@dataclass(frozen=True, kw_only=True)
class Series:
    """A run of gapless numbers (invoices of a fiscal year). Its full name is `<plugin>.<name>`."""

    name: str
    title: Text
    yearly: bool = True
    """Starts again with each fiscal year."""
    pattern: str = ""
    """How `take_numbered` writes a number, until the site chooses: `{number}` or `{number:5}` (digits at least), `{year}`
    and `{yy}` of the fiscal year, anything else as it stands. Empty: the plugin writes numbers itself, and no format is
    offered."""

    def __post_init__(self) -> None:
        if self.pattern and not is_sound(self.pattern):
            raise ValueError(
                f"series {self.name}: the pattern {self.pattern!r} needs one place for the number"
            )


@dataclass(frozen=True, kw_only=True)
class SearchSource:
    """One kind of hit in the global search: rows of `resource`, found as its own list finds them."""

    resource: str
    title: Text
    order: int = 500
