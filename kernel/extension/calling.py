"""The ways in which the kernel asks plugins, each named by its failure rule.

One `Hooks` serves one site at one epoch: it knows which plugins are enabled there, and calls them with each
one after those it requires. `publish` is not here: events go out from their table after commit, one task
per plugin.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy.orm import Session

from kernel.extension.discovery import Discovery
from kernel.extension.isolation import Guard, TransactionLost
from kernel.extension.markers import Rule, may_write
from kernel.i18n import LazyText, _

log = logging.getLogger(__name__)

T_co = TypeVar("T_co", covariant=True)

USUAL_ORDER = 500
"""Where a contribution without an `order` of its own stands."""


@dataclass(frozen=True, slots=True)
class Answer(Generic[T_co]):
    """What one plugin answered."""

    plugin: str
    value: T_co


class Answers(list[Answer[Any]]):
    """Answers in dependency order; `failed` names the plugins that were left out, for the notice to staff."""

    def __init__(self, answers: Iterable[Answer[Any]] = (), failed: Iterable[str] = ()) -> None:
        super().__init__(answers)
        self.failed: tuple[str, ...] = tuple(failed)


class FailureRecorder(Protocol):
    """Keeps failures where somebody sees them, and quarantines a plugin that keeps failing."""

    def record(self, plugin: str, hook: str, error: BaseException) -> None:
        """Keep one failure. It must not raise, and must not use the transaction of the failing request."""


class LoggedOnly:
    """The recorder for where there is no site: the error log is all there is."""

    def record(self, plugin: str, hook: str, error: BaseException) -> None:
        """Do nothing: `Hooks` logs every failure anyway."""


class HookFailed(Exception):
    """A plugin that had to be asked failed, so the action is refused; `message` is for the user."""

    def __init__(self, plugin: str, hook: str) -> None:
        super().__init__(f"{plugin}: {hook}")
        self.plugin = plugin
        self.hook = hook
        self.message: LazyText = _(
            "Nothing was saved: the plugin “%(plugin)s” must agree to this and has failed.", plugin=plugin
        )


@dataclass(frozen=True, slots=True)
class _Implementation:
    plugin: str
    function: Callable[..., Any]
    arguments: tuple[str, ...]

    def __call__(self, given: Mapping[str, Any]) -> Any:
        answer = self.function(*[given[name] for name in self.arguments])
        return list(answer) if isinstance(answer, Iterator) else answer


class Hooks:
    """Calls the hooks of the plugins that are enabled on one site.

    `isolate=False` lets every error through, which is what tests want. `refusals` are exceptions by which a
    plugin says no on purpose: `require` hands them on as they are.
    """

    def __init__(
        self,
        found: Discovery,
        enabled: Iterable[str],
        *,
        recorder: FailureRecorder | None = None,
        isolate: bool = True,
        refusals: tuple[type[Exception], ...] = (),
    ) -> None:
        wanted = set(enabled)
        self.discovery = found
        self.enabled = tuple(name for name in found.plugins if name in wanted)
        self._others = [found.plugins[name].module for name in found.plugins if name not in wanted]
        self._recorder = recorder or LoggedOnly()
        self._isolate = isolate
        self._refusals = refusals
        self._handed_on: tuple[type[Exception], ...] = (*refusals, TransactionLost)
        self._implementations: dict[str, tuple[_Implementation, ...]] = {}

    def without(self, names: Iterable[str]) -> Hooks:
        """Give the same hooks with some plugins left out."""
        left = set(self.enabled).difference(names)
        return Hooks(
            self.discovery, left, recorder=self._recorder, isolate=self._isolate, refusals=self._refusals
        )

    def implementing(self, hook: str) -> tuple[str, ...]:
        """Names of the enabled plugins that implement the hook, dependencies first."""
        return tuple(implementation.plugin for implementation in self._of(hook))

    def gather(self, hook: str, **arguments: Any) -> Answers:
        """Ask all; a failing plugin is left out, recorded, and named in `.failed`."""
        self._check(hook, Rule.GATHER, arguments)
        answers: list[Answer[Any]] = []
        failed: list[str] = []
        for implementation in self._of(hook):
            try:
                value = self._contribution(implementation, arguments)
            except TransactionLost:
                raise
            except (Exception, SystemExit) as error:
                self.failed(implementation.plugin, hook, error)
                failed.append(implementation.plugin)
                continue
            if value is not None:
                answers.append(Answer(implementation.plugin, value))
        return Answers(answers, failed)

    def items(self, hook: str, **arguments: Any) -> Answers:
        """Ask all as `gather` does, and give the single contributions in the order that they carry
        themselves.
        """
        answers = self.gather(hook, **arguments)
        return Answers(in_order(answers), answers.failed)

    def require(self, hook: str, **arguments: Any) -> list[Answer[Any]]:
        """Ask all; any failure raises `HookFailed` with the plugin's name (or the refusal that it raised)."""
        self._check(hook, Rule.REQUIRE, arguments)
        return self._required(self._of(hook), hook, arguments)

    def require_of(self, plugin: str, hook: str, **arguments: Any) -> Any:
        """Ask one plugin as `require` does; None where it does not implement the hook."""
        self._check(hook, Rule.REQUIRE, arguments)
        only = [each for each in self._of(hook) if each.plugin == plugin]
        answers = self._required(only, hook, arguments)
        return answers[0].value if answers else None

    def first(self, hook: str, **arguments: Any) -> Answer[Any] | None:
        """Ask until one answers: a plugin before those it requires, equals by name. A failing one is passed
        over. What it wrote is undone then, where the hook lets its providers write.
        """
        self._check(hook, Rule.FIRST, arguments)
        writes = may_write(self.discovery.specifications[hook].function)
        for implementation in sorted(self._of(hook), key=self._most_special):
            try:
                value = self._contribution(implementation, arguments, writes=writes)
            except TransactionLost:
                raise
            except (Exception, SystemExit) as error:
                self.failed(implementation.plugin, hook, error)
                continue
            if value is not None:
                return Answer(implementation.plugin, value)
        return None

    def deliver(self, plugin: str, hook: str, **arguments: Any) -> None:
        """Tell one plugin of an event; nothing where it does not listen. A failure is recorded and raised, so
        that the caller tells it again later.
        """
        self._check(hook, Rule.PUBLISH, arguments)
        for implementation in self._of(hook):
            if implementation.plugin != plugin:
                continue
            try:
                implementation(arguments)
            except (Exception, SystemExit) as error:
                self.failed(plugin, hook, error)
                raise

    def event_arguments(self, hook: str, ctx: Any, event: Any) -> dict[str, Any]:
        """Give what an event's hook takes: the context, the event itself, or by any other name the number of its subject."""
        return {
            name: ctx if name == "ctx" else event if name == "event" else event.subject_id
            for name in self.discovery.specifications[hook].arguments
        }

    def declared(self, plugin: str, hook: str, **arguments: Any) -> Any:
        """Ask one plugin for its declarations of one kind; errors come through, `declarations` deals with
        them.
        """
        self._check(hook, Rule.ONCE, arguments)
        for implementation in self._of(hook):
            if implementation.plugin == plugin:
                return implementation(arguments)
        return None

    def _required(
        self, asked: Iterable[_Implementation], hook: str, arguments: Mapping[str, Any]
    ) -> list[Answer[Any]]:
        answers: list[Answer[Any]] = []
        session = _session(arguments)
        for implementation in asked:
            try:
                with Guard.of(session).rule(implementation.plugin) if session else nullcontext():
                    value = implementation(arguments)
            except self._handed_on:
                raise
            except (Exception, SystemExit) as error:
                self.failed(implementation.plugin, hook, error)
                raise HookFailed(implementation.plugin, hook) from error
            if value is not None:
                answers.append(Answer(implementation.plugin, value))
        return answers

    def _contribution(
        self, implementation: _Implementation, arguments: Mapping[str, Any], *, writes: bool = False
    ) -> Any:
        session = _session(arguments)
        asking: AbstractContextManager[None] = nullcontext()
        if session is not None:
            if session.new or session.dirty or session.deleted:
                session.flush()  # the caller's own changes: the plugin's queries must not be blamed for them
            guard = Guard.of(session)
            asking = (
                guard.provision(implementation.plugin)
                if writes
                else guard.contribution(implementation.plugin)
            )
        with asking:
            return implementation(arguments)

    def _most_special(self, implementation: _Implementation) -> tuple[int, str]:
        return -self.discovery.depths[implementation.plugin], implementation.plugin

    def _of(self, hook: str) -> tuple[_Implementation, ...]:
        known = self._implementations.get(hook)
        if known is None:
            caller = self.discovery.manager.subset_hook_caller(hook, remove_plugins=self._others)
            registered = caller.get_hookimpls()
            known = tuple(
                _Implementation(one.plugin_name, one.function, tuple(one.argnames))
                for one in sorted(registered, key=lambda one: self.enabled.index(one.plugin_name))
            )
            self._implementations[hook] = known
        return known

    def _check(self, hook: str, rule: Rule, arguments: Mapping[str, Any]) -> None:
        """Refuse a call that does not fit the specification: a fault of the caller, never of a plugin."""
        specification = self.discovery.specifications[hook]
        if specification.rule is not rule:
            raise TypeError(f"{hook} is called by {specification.rule}, not by {rule}")
        if arguments.keys() != specification.arguments:
            raise TypeError(
                f"{hook} takes exactly: {', '.join(sorted(specification.arguments)) or 'nothing'}"
            )

    def failed(self, plugin: str, hook: str, error: BaseException) -> None:
        """Deal with one failure: log and record it, or, with isolation off, raise it."""
        if not self._isolate:
            raise error
        log.error("plugin %s failed in %s", plugin, hook, exc_info=error)
        self._recorder.record(plugin, hook, error)


def in_order(answers: Iterable[Answer[Any]]) -> list[Answer[Any]]:
    """Take lists of contributions apart and sort by their own `order`, then by the plugin's name."""
    single = [Answer(answer.plugin, item) for answer in answers for item in _items(answer.value)]
    return sorted(single, key=lambda one: (getattr(one.value, "order", USUAL_ORDER), one.plugin))


def _items(value: Any) -> Iterable[Any]:
    plain = isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable)
    return (value,) if plain else value


def _session(arguments: Mapping[str, Any]) -> Session | None:
    """The session that the plugin is given: its own argument, or the one in the context."""
    session = arguments.get("session") or getattr(arguments.get("ctx"), "session", None)
    return session if isinstance(session, Session) else None
