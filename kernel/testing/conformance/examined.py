"""The plugin that is examined: its code, its models, what it declares."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import Mapper

from kernel.access.policies import Policy, PolicySet
from kernel.administration.assembly import assemble
from kernel.data.base import META, KernelBase, SchemaBase
from kernel.extension.discovery import Discovery, FoundPlugin, discover
from kernel.resources.fields import Field
from kernel.resources.parts import kernel_parts
from kernel.resources.resource import Facet, Resource
from kernel.resources.runtime import Runtime

KERNEL = "kernel"


@dataclass(frozen=True)
class Examined:
    """One plugin of the environment."""

    name: str
    discovery: Discovery

    @classmethod
    def find(cls, name: str) -> Examined:
        """Find a plugin; raise `AssertionError` with the reason where it cannot be used."""
        assemble()  # the models of every part of the kernel, to which those of the plugin refer
        made = cls(name, discover())
        reason = made.discovery.broken.get(name)
        assert name in made.discovery.plugins, (
            f"the plugin {name} cannot be used: {reason.text if reason else 'no distribution offers it'}"
        )
        return made

    @property
    def found(self) -> FoundPlugin:
        """Its manifest, module and folder."""
        return self.discovery.plugins[self.name]

    @property
    def package(self) -> str:
        """The package that its manifest module stands in."""
        return self.found.module.__package__ or ""

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """The tables in its schema that it has models for, parents first."""
        return tuple(each for each in META.sorted_tables if each.schema == self.name)

    @cached_property
    def mappers(self) -> tuple[Mapper[Any], ...]:
        """The mappers of all classes that its own modules define."""
        own = {
            mapper
            for base in SchemaBase.__subclasses__()
            if base is not KernelBase
            for mapper in base.registry.mappers
            if mapper.class_.__module__.startswith(self.package)
        }
        return tuple(sorted(own, key=lambda mapper: mapper.class_.__name__))

    def modules(self) -> Iterator[tuple[Path, ast.Module]]:
        """Each of its source files with its syntax tree, tests left out."""
        for path in sorted(self.found.folder.rglob("*.py")):
            if "tests" not in path.relative_to(self.found.folder).parts:
                yield path, ast.parse(path.read_text("utf-8"))

    def policies(self, of: str = "") -> tuple[Policy, ...]:
        """The policies that it declares, or another plugin."""
        declare = getattr(self.discovery.plugins[of or self.name].module, "policies", None)
        return tuple(declare()) if declare is not None else ()

    def everything(self) -> PolicySet:
        """Its policies with those of the kernel and of what it requires."""
        required = [
            policy for name in self.discovery.dependencies(self.name) for policy in self.policies(name)
        ]
        kernel = [policy for part in kernel_parts() for policy in part.policies]
        return PolicySet([*kernel, *required, *self.policies()])

    def place(self, path: Path) -> str:
        """A file as people name it."""
        return str(path.relative_to(self.found.folder.parent))


@dataclass(frozen=True)
class Declarations:
    """What the plugin declares on a running site."""

    resources: tuple[Resource, ...]
    facets: tuple[Facet, ...]
    policies: tuple[Policy, ...]
    permissions: frozenset[str]
    """The names that grants on its records may speak of."""
    everything: PolicySet

    @classmethod
    def of(cls, runtime: Runtime, name: str) -> Declarations:
        """Read them out of a runtime."""
        declared = runtime.declared.declarations
        policies = tuple(declared.of_plugin(name, "policies"))
        resources = tuple(declared.of_plugin(name, "resources"))
        facets = tuple(declared.of_plugin(name, "facets"))
        named = {each.permission for each in (*resources, *facets)}
        named |= {each.resource for each in policies if each.resource}
        return cls(resources, facets, policies, frozenset(named), runtime.policies)

    def fields(self) -> dict[str, Field]:
        """Each field by the full name of its table and column."""
        found: dict[str, Field] = {}
        described: list[tuple[Any, tuple[Field, ...]]] = [(one.model, one.fields) for one in self.facets]
        described += [(one.model, one.fields) for one in self.resources]
        described += [(part.model, part.fields) for one in self.resources for part in one.parts]
        for model, fields in described:
            found.update({f"{model.__table__.fullname}.{item.attribute}": item for item in fields})
        return found
