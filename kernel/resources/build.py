"""Build the runtime of a site: read what is enabled, collect what is declared, refuse what has no policy."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import kernel
from kernel.access.actor import SYSTEM
from kernel.access.policies import Policy, PolicySet, system
from kernel.access.session import open_session
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.calling import Hooks
from kernel.extension.contributions import Setting as SettingDeclaration
from kernel.extension.discovery import Discovery, discover
from kernel.extension.models import Setting
from kernel.extension.state import read_epoch, read_states
from kernel.resources.commands import Command, command_of
from kernel.resources.declared import Declared, by_name
from kernel.resources.parts import BaseList, KernelPart, kernel_parts
from kernel.resources.resource import Facet, Resource
from kernel.resources.runtime import Runtime
from kernel.resources.texts import Texts

KERNEL_TRANSLATIONS = Path(kernel.__file__).parent / "translations"


def build_runtime(site: Site, engines: Engines, *, discovery: Discovery | None = None, isolate: bool = True) -> Runtime:
    """Give the runtime of a site at its present epoch.

    A plugin whose declarations fail is *broken* for this site: none of them count, its reason stands in
    `runtime.hooks.broken`, and everything else runs.
    """
    found = discovery or discover()
    with open_session(engines.app(site), site, SYSTEM("build the runtime"), PolicySet([]), read_only=True) as session:
        connection = session.connection()
        epoch = read_epoch(connection)
        states = read_states(connection)
        values = {row.key: row.value for row in session.execute(select(Setting)).scalars()}
    enabled = [name for name, state in states.items() if state.state == "enabled" and name in found.plugins]
    hooks = Hooks(found, enabled, isolate=isolate)
    declared = collect(hooks, values)
    sources = [("kernel", KERNEL_TRANSLATIONS)]
    sources += [(name, found.plugins[name].translations) for name in sorted(declared.plugins)]
    return Runtime(site, engines, epoch=epoch, hooks=hooks, declared=declared, texts=Texts(sources))
