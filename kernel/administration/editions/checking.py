"""An edition against the code that is here: whether its plugins, settings and rights exist, without asking any site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from kernel.access.policies import PolicySet
from kernel.administration.editions.models import Edition, EditionError, words_in
from kernel.administration.field_rules import Rules, rulable
from kernel.administration.rights import Grants, grantable
from kernel.administration.settings import field_of
from kernel.extension.calling import Hooks
from kernel.extension.declarations import collect
from kernel.extension.discovery import Discovery, Reason
from kernel.i18n import LazyText, _
from kernel.resources.build import declare
from kernel.resources.context import Context
from kernel.resources.declared import Declared
from kernel.resources.errors import CommandError
from kernel.resources.fields import FieldError
from kernel.resources.guarding import unsound
from kernel.resources.parts import kernel_parts
from kernel.resources.resource import Resource


@dataclass(frozen=True)
class Prospect:
    """What a site would declare with certain plugins."""

    declared: Declared
    broken: Mapping[str, Reason]

    @property
    def plugins(self) -> frozenset[str]:
        """Names of the plugins."""
        return self.declared.plugins

    @property
    def policies(self) -> PolicySet:
        """Their policies and the kernel's."""
        return self.declared.policies

    @property
    def resources(self) -> Mapping[str, Resource]:
        """Their resources and the kernel's."""
        return self.declared.resources

    def rights(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """Give the scopes of every right that can be granted."""
        return {
            (each.name, action): scopes for each in grantable(self) for action, scopes in each.actions.items()
        }


def prospect(discovery: Discovery, plugins: Iterable[str]) -> Prospect:
    """Read what would be declared with these plugins; raises `DeclaredTwice` where two use one name."""
    declarations = collect(Hooks(discovery, plugins, refusals=(CommandError,)), unsound)
    return Prospect(declare(declarations, kernel_parts(), {}), declarations.broken)


def check_plugins(edition: Edition, discovery: Discovery) -> None:
    """Refuse an edition that names a plugin which is not here, cannot be used, or conflicts with another of them.

    Raises `EditionError` that names the plugin; nothing has been made then.
    """
    problems = list(plugin_problems(edition, discovery))
    if problems:
        raise EditionError(problems[0], problems)


def plugin_problems(edition: Edition, discovery: Discovery) -> Iterable[LazyText]:
    """Say which plugins of an edition are not here, cannot be used, or conflict with one another."""
    for name in edition.plugins:
        if name in discovery.broken:
            why = discovery.broken[name].text
            yield _("The plugin “%(plugin)s” of the edition cannot be used. %(why)s", plugin=name, why=why)
        elif name not in discovery.plugins:
            yield _("The edition names the plugin “%(plugin)s”, which is not here.", plugin=name)
        else:
            for other in discovery.plugins[name].plugin.conflicts:
                if other in edition.plugins:
                    yield _(
                        "The plugins “%(one)s” and “%(other)s” of the edition cannot be on the same site.",
                        one=name,
                        other=other,
                    )


def with_dependencies(discovery: Discovery, plugins: Iterable[str]) -> tuple[str, ...]:
    """Give plugins with whatever they require, each after what it requires; those without code are left out."""
    wanted = set(plugins)
    for name in tuple(wanted & discovery.plugins.keys()):
        wanted.update(discovery.dependencies(name))
    return tuple(name for name in discovery.plugins if name in wanted)


def wanted_settings(edition: Edition, declared: Declared) -> tuple[dict[str, Any], list[LazyText]]:
    """Read an edition's settings as their fields do; gives values by key, and what is wrong."""
    values: dict[str, Any] = {}
    problems: list[LazyText] = []
    for key, raw in edition.settings.items():
        setting = declared.settings.get(key)
        if setting is None:
            problems.append(_("The edition sets “%(key)s”, which nothing in it declares.", key=key))
            continue
        if setting.secret:
            text = _("The setting “%(key)s” is a secret; it is entered on the site itself.", key=key)
            problems.append(text)
            continue
        try:
            read = field_of(setting).read(raw, cast(Context, None))  # settings know no records: no context
        except FieldError as error:
            problems.append(_("The setting “%(key)s”: %(why)s", key=key, why=error.message))
            continue
        values[key] = read.isoformat() if hasattr(read, "isoformat") else read
    return values, problems


@dataclass(frozen=True)
class GrantedRights:
    """The grants of an edition's patterns on what is there, by name; rights that wait for plugins; and what is wrong."""

    grants: Mapping[str, Grants]
    fields: Mapping[str, Rules]
    """Rules for fields, by pattern."""
    waiting: tuple[str, ...]
    problems: tuple[LazyText, ...]


def wanted_rights(edition: Edition, seen: Prospect) -> GrantedRights:
    """Sort the grants and field rules of an edition's patterns: what can be given, what waits for plugins, and mistakes."""
    offered = seen.rights()
    ruled = {(each.name, name) for each in rulable(seen) for name in each.fields}
    grants: dict[str, dict[tuple[str, str], frozenset[str]]] = {}
    fields: dict[str, dict[tuple[str, str], str]] = {}
    waiting: set[str] = set()
    problems: list[LazyText] = []
    for pattern in edition.patterns:
        mine = grants.setdefault(pattern.name, {})
        for (resource, action), scope in _single(pattern.grants):
            coming = {each.partition(".")[0] for each in (resource, scope) if "." in each}
            coming &= edition.to_come.keys()
            if scope in offered.get((resource, action), ()):
                mine[resource, action] = mine.get((resource, action), frozenset()) | {scope}
            elif coming:
                waiting |= coming
            else:
                problems.append(
                    _(
                        "The pattern “%(pattern)s” grants “%(action)s” on “%(resource)s” in the scope “%(scope)s”, which "
                        "nothing in the edition offers.",
                        pattern=pattern.name,
                        action=action,
                        resource=resource,
                        scope=scope,
                    )
                )
        rules = fields.setdefault(pattern.name, {})
        for (resource, name), rule in pattern.fields.items():
            coming = {each.partition(".")[0] for each in (resource, name) if "." in each}
            coming &= edition.to_come.keys()
            if (resource, name) in ruled:
                rules[resource, name] = rule
            elif coming:
                waiting |= coming
            else:
                problems.append(
                    _(
                        "The pattern “%(pattern)s” has a rule for the field “%(field)s” of “%(resource)s”, which can "
                        "have none.",
                        pattern=pattern.name,
                        field=name,
                        resource=resource,
                    )
                )
    return GrantedRights(grants, fields, tuple(sorted(waiting)), tuple(problems))


def _single(grants: Grants) -> Iterator[tuple[tuple[str, str], str]]:
    for right, scopes in grants.items():
        yield from ((right, scope) for scope in sorted(scopes))


@dataclass(frozen=True)
class Examined:
    """What a look at an edition found: problems that keep it from being applied, and remarks."""

    problems: tuple[LazyText, ...]
    remarks: tuple[LazyText, ...]


def examine(edition: Edition, discovery: Discovery, locale: str = "en") -> Examined:
    """Look at an edition with the code that is here; titles stand in the language `locale`."""
    problems = list(plugin_problems(edition, discovery))
    seen = prospect(discovery, with_dependencies(discovery, edition.plugins))
    problems += wanted_settings(edition, seen.declared)[1]
    rights = wanted_rights(edition, seen)
    problems += rights.problems
    return Examined(tuple(problems), tuple(remarks_on(edition, discovery, rights, locale)))


def remarks_on(
    edition: Edition, discovery: Discovery, rights: GrantedRights, locale: str
) -> Iterable[LazyText]:
    """Tell which plugins are to come, which have come, and which rights wait for them."""
    for name, title in edition.to_come.items():
        words = words_in(title, locale, name)
        if name in discovery.plugins:
            yield _(
                "“%(title)s” (%(name)s) is here by now; the edition may name it among its plugins.",
                title=words,
                name=name,
            )
        else:
            yield _("“%(title)s” (%(name)s) is to come.", title=words, name=name)
    for name in rights.waiting:
        yield _("Rights on “%(name)s” wait for the plugin to come.", name=name)
