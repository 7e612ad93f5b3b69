"""Imports a module and prints what that did besides defining: `python -B importing.py MODULE`. Status 1 if anything."""

from __future__ import annotations

import gc
import importlib
import os
import sys
import threading
from typing import Any

WATCHED = {
    "socket.connect": "connects to a socket",
    "socket.bind": "binds a socket",
    "socket.__new__": "makes a socket",
    "subprocess.Popen": "starts a process",
    "os.system": "starts a process",
    "os.fork": "forks",
    "os.mkdir": "makes a folder",
    "os.remove": "removes a file",
    "os.rename": "renames a file",
    "os.chdir": "changes the working folder",
    "os.putenv": "changes the environment",
    "_thread.start_new_thread": "starts a thread",
}
"""Audit events of the interpreter, and how they are told."""
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC


def main(name: str) -> int:
    """Import, compare, print."""
    import kernel.api  # noqa: F401 - everything that a plugin may rely on is loaded before the look

    seen: list[str] = []
    looking = [False]

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if not looking[0]:
            return
        if event in WATCHED:
            seen.append(f"it {WATCHED[event]} while it is imported")
        elif event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING:
            seen.append(f"it opens {arguments[0]} for writing while it is imported")

    sys.addaudithook(audit)
    _watch_listening(seen, looking)
    before, engines = _foreign(), _engines()
    looking[0] = True
    importlib.import_module(name)
    looking[0] = False
    seen += [f"it changes {each} of the kernel or a library" for each in _differences(before)]
    if _engines() > engines:
        seen.append("it makes a database engine while it is imported")
    if threading.active_count() > 1:
        seen.append("it leaves a thread running")
    for each in dict.fromkeys(seen):
        print(each)  # noqa: T201 - the answer
    return int(bool(seen))


def _engines() -> int:
    from sqlalchemy.engine import Engine

    return sum(isinstance(each, Engine) for each in gc.get_objects())


def _foreign() -> dict[str, int]:
    """What stands in modules and classes of the kernel, SQLAlchemy, Flask and pluggy, and of which class mappers are."""
    found: dict[str, int] = {}
    for module_name, module in list(sys.modules.items()):
        if module_name.partition(".")[0] in ("kernel", "sqlalchemy", "flask", "pluggy", "builtins"):
            for key, value in list(vars(module).items()):
                if callable(value) and not key.startswith("__"):
                    found[f"{module_name}.{key}"] = id(value)
                if isinstance(value, type) and value.__module__ == module_name:
                    for inner, one in list(vars(value).items()):
                        plain = callable(one) or isinstance(one, property | classmethod | staticmethod)
                        if plain and not inner.startswith("_generated"):
                            found[f"{module_name}.{key}.{inner}"] = id(one)
    return {**found, **_mapped()}


def _mapped() -> dict[str, int]:
    from kernel.data.base import KernelBase

    return {
        f"{mapper.class_.__qualname__}.{key}": 1
        for mapper in KernelBase.registry.mappers
        for key in (*mapper.class_.__dict__, *mapper.local_table.c.keys())
        if not key.startswith("__")
    }


def _differences(before: dict[str, int]) -> list[str]:
    after = _foreign()
    known = {name.rpartition(".")[0] for name in before}
    changed = {name for name, value in before.items() if after.get(name, value) != value or name not in after}
    added = {name for name in after.keys() - before.keys() if name.rpartition(".")[0] in known}
    submodules = set(sys.modules)
    return sorted(name for name in changed | added if name not in submodules)


def _watch_listening(seen: list[str], looking: list[bool]) -> None:
    from sqlalchemy.event import registry

    keys: Any = registry._EventKey
    plain = keys.listen

    def listen(key: Any, *arguments: Any, **options: Any) -> None:
        owner = getattr(key.target, "__module__", "") if isinstance(key.target, type) else ""
        if looking[0] and owner.partition(".")[0] in ("sqlalchemy", "kernel"):
            seen.append(f"it listens to events of {owner}.{key.target.__qualname__}")
        plain(key, *arguments, **options)

    keys.listen = listen


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
