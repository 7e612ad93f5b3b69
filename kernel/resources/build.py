"""Build the runtime of a site: read what is enabled, collect what is declared, refuse what has no policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from kernel.access.actor import SYSTEM
from kernel.access.policies import PolicySet
from kernel.access.scopes import declared_scope
from kernel.access.session import open_session
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.branding import Branding, read_branding
from kernel.extension.calling import FailureRecorder, Hooks
from kernel.extension.contributions import Setting
from kernel.extension.declarations import Declarations, collect
from kernel.extension.discovery import Discovery, discover
from kernel.extension.editions import SiteEdition, read_site_edition
from kernel.extension.models import Setting as SettingRow
from kernel.extension.state import read_epoch, read_states, running
from kernel.i18n import KERNEL_TRANSLATIONS
from kernel.resources.base_data import read_colours
from kernel.resources.commands import Command, command_of
from kernel.resources.customs import with_chosen_week
from kernel.resources.declared import Declared, by_name
from kernel.resources.errors import CommandError
from kernel.resources.guarding import unsound
from kernel.resources.parts import KernelPart, kernel_parts
from kernel.resources.records import COMMANDS as RECORD_COMMANDS
from kernel.resources.resource import Facet, Resource
from kernel.resources.runtime import Runtime
from kernel.resources.texts import Texts
from kernel.resources.user_fields.building import extended
from kernel.resources.user_fields.definition import Definition, read_definitions


def build_runtime(
    site: Site,
    engines: Engines,
    *,
    discovery: Discovery | None = None,
    recorder: FailureRecorder | None = None,
    isolate: bool = True,
) -> Runtime:
    """Give the runtime of a site at its present epoch.

    A plugin whose declarations fail is *broken* for this site: none of them count, its reason stands in
    `runtime.broken`, and everything else runs.
    """
    found = discovery or discover()
    with open_session(
        engines.app(site), site, SYSTEM("build the runtime"), PolicySet([]), read_only=True
    ) as session:
        epoch = read_epoch(session)
        states = read_states(session)
        values = {row.key: row.value for row in session.execute(select(SettingRow)).scalars()}
        edition, branding = read_site_edition(session), read_branding(session)
        definitions = read_definitions(session)
        colours = read_colours(session)
    hooks = Hooks(found, running(found, states), recorder=recorder, isolate=isolate, refusals=(CommandError,))
    return assemble(
        site,
        engines,
        epoch=epoch,
        hooks=hooks,
        values=values,
        edition=edition,
        branding=branding,
        definitions=definitions,
        colours=colours,
    )


def assemble(
    site: Site,
    engines: Engines,
    *,
    epoch: int,
    hooks: Hooks,
    values: Mapping[str, Any],
    edition: SiteEdition | None = None,
    branding: Branding | None = None,
    definitions: Sequence[Definition] = (),
    colours: Mapping[int, str] | None = None,
) -> Runtime:
    """Put a runtime together from hooks and settings, without asking the database; lifecycle steps do so, too."""
    declarations = collect(hooks, unsound)
    declared = declare(declarations, kernel_parts(), values, definitions, site)
    sources = [("kernel", KERNEL_TRANSLATIONS)]
    for name in declarations.hooks.enabled:
        folder = hooks.discovery.plugins[name].translations
        if folder is not None:
            sources.append((name, folder))
    return Runtime(
        with_chosen_week(site, values),
        engines,
        epoch=epoch,
        hooks=declarations.hooks,
        declared=declared,
        texts=Texts(sources),
        edition=edition,
        branding=branding,
        colours=colours,
    )


def declare(
    declarations: Declarations,
    parts: tuple[KernelPart, ...],
    values: Mapping[str, Any],
    definitions: Sequence[Definition] = (),
    site: Site | None = None,
) -> Declared:
    """Join what the kernel's parts and the plugins declare; raise `DeclaredTwice` for a name used twice."""
    resources: list[Resource] = [resource for part in parts for resource in part.resources]
    resources += declarations.values("resources")
    resources = extended(resources, definitions)
    commands: list[Command] = [*RECORD_COMMANDS, *(item for part in parts for item in part.commands)]
    commands += [_command(value) for value in declarations.values("commands")]
    base_lists = [item for part in parts for item in part.base_lists] + declarations.values("base_lists")
    settings = [item for part in parts for item in part.settings]
    settings += [
        replace(answer.value, key=f"{answer.plugin}.{answer.value.key}")
        for answer in declarations.of("settings")
    ]
    settings = [_of_site(item, site) for item in settings]
    notice_kinds = [item for part in parts for item in part.notice_kinds]
    notice_kinds += [
        replace(answer.value, key=f"{answer.plugin}.{answer.value.key}")
        for answer in declarations.of("notice_kinds")
    ]
    policies = [item for part in parts for item in part.policies] + declarations.values("policies")
    scopes = [declared_scope(each.plugin, each.value) for each in declarations.of("scopes")]
    return Declared(
        plugins=frozenset(declarations.hooks.enabled),
        parts=parts,
        declarations=declarations,
        resources=by_name("resource", ((item.name, item) for item in resources)),
        commands=by_name("command", ((item.name, item) for item in commands)),
        facets=_facets([item for part in parts for item in part.facets] + declarations.values("facets")),
        policies=PolicySet(policies, scopes),
        settings=by_name("setting", ((item.key, item) for item in settings)),
        base_lists=by_name("base list", ((item.key, item) for item in base_lists)),
        series=by_name(
            "series",
            ((f"{one.plugin}.{one.value.name}", one.value) for one in declarations.of("number_series")),
        ),
        notice_kinds=by_name(
            "kind of notice",
            ((item.key, item) for item in sorted(notice_kinds, key=lambda each: (each.order, each.key))),
        ),
        values=values,
    )


def _of_site(setting: Setting, site: Site | None) -> Setting:
    if setting.site_default is None or site is None:
        return setting
    return replace(setting, default=setting.site_default(site))


def _command(value: Any) -> Command:
    return value if isinstance(value, Command) else command_of(value)


def _facets(facets: list[Facet]) -> dict[str, tuple[Facet, ...]]:
    found: dict[str, list[Facet]] = {}
    for facet in facets:
        found.setdefault(facet.resource, []).append(facet)
    return {
        name: tuple(sorted(items, key=lambda item: (item.order, item.plugin)))
        for name, items in found.items()
    }
