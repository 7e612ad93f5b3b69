"""Browser assets: content-hashed addresses of the built bundles and of the plugins' own static folders.

`npm run build` writes the kernel's bundles, icon sprite and fonts to `kernel/web/static/dist`, with a
manifest. A plugin needs no build: each file of its `static` folder is hashed when the process starts and
answers under `/static/plugins/<name>/`, by its hashed name (cached for ever) and by its plain one (cached for
a minute, so that addresses inside its stylesheets and modules go on working).
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from whitenoise import WhiteNoise

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

DIST: Final = Path(__file__).parent / "static" / "dist"
PREFIX: Final = "/static/"
FALLBACK_ICON: Final = "puzzle"
"""Drawn in place of an icon that the sprite does not hold, such as one named by a plugin from outside."""

_PLUGIN_SPRITE: Final = "icons.svg"
_SHORT_AGE: Final = 60


class AssetError(LookupError):
    """The bundles were never built, or a template asks for a file that is not there; the message tells."""


class Assets:
    """Addresses of every static file of one process: the kernel's and those of the plugins found.

    `plugin_static` maps a plugin's name to its static folder; a folder that does not exist counts as empty.
    """

    def __init__(self, dist: Path = DIST, plugin_static: Mapping[str, Path] | None = None) -> None:
        self._dist = dist
        self._names = _read_manifest(dist)
        self._icons = frozenset(json.loads((dist / "icons.json").read_text("utf-8")))
        self._plugins = {
            name: _hashed_names(folder)
            for name, folder in sorted((plugin_static or {}).items())
            if folder.is_dir()
        }

    @property
    def icons(self) -> frozenset[str]:
        """Names of the icons that the sprite holds."""
        return self._icons

    def url(self, name: str) -> str:
        """Address of `app.css` (a name of the manifest) or `clinic:clinic.css` (a file of a plugin).

        Raises `AssetError` for a file that neither holds.
        """
        plugin, separator, path = name.partition(":")
        try:
            if not separator:
                return PREFIX + self._names[name]
            hashed, _ = self._plugins[plugin][path]
        except KeyError:
            raise AssetError(f"no such asset: {name}") from None
        return f"{PREFIX}plugins/{plugin}/{hashed}"

    def icon(self, name: str) -> str:
        """Address for `<use href>`: `users` in the sprite, `clinic:tooth` in a plugin's `icons.svg`."""
        plugin, separator, symbol = name.partition(":")
        if separator and _PLUGIN_SPRITE in self._plugins.get(plugin, {}):
            return f"{self.url(f'{plugin}:{_PLUGIN_SPRITE}')}#{symbol}"
        known = name if name in self._icons else FALLBACK_ICON
        return f"{self.url('icons.svg')}#{known}"

    def serve(self, application: WSGIApplication) -> WSGIApplication:
        """Wrap a WSGI application so that `/static/` is answered from memory of names, before it runs."""
        immutable = {PREFIX + name for name in self._names.values()}
        immutable.update(url for url, _ in self._plugin_urls(hashed=True))
        static = WhiteNoise(
            application,
            root=str(self._dist),
            prefix=PREFIX,
            max_age=_SHORT_AGE,
            allow_all_origins=False,
            immutable_file_test=lambda _path, url: url in immutable,
            add_headers_function=lambda headers, _path, _url: headers.add_header(
                "X-Content-Type-Options", "nosniff"
            ),
        )
        for url, path in (*self._plugin_urls(hashed=True), *self._plugin_urls(hashed=False)):
            static.add_file_to_dictionary(url, str(path))

        def respond(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            answer: Iterable[bytes] = static(environ, start_response)
            return answer

        return respond

    def _plugin_urls(self, *, hashed: bool) -> list[tuple[str, Path]]:
        return [
            (f"{PREFIX}plugins/{plugin}/{hashed_name if hashed else plain}", path)
            for plugin, files in self._plugins.items()
            for plain, (hashed_name, path) in files.items()
        ]


def with_static(
    wsgi_app: WSGIApplication, plugin_static: Mapping[str, Path], dist: Path = DIST
) -> WSGIApplication:
    """Wrap a WSGI application with the static files of the kernel and of the plugins found."""
    return Assets(dist, plugin_static).serve(wsgi_app)


@lru_cache(maxsize=1)
def _kernel_assets() -> Assets:
    return Assets()


def asset(name: str) -> str:
    """Address of one of the kernel's own assets by its plain name, such as `app.css`."""
    return _kernel_assets().url(name)


def _read_manifest(dist: Path) -> dict[str, str]:
    try:
        names: dict[str, str] = json.loads((dist / "manifest.json").read_text("utf-8"))
    except FileNotFoundError:
        raise AssetError(
            f"no built assets in {dist}: run `npm ci && npm run build` (or `make assets`)"
        ) from None
    return names


def _hashed_names(folder: Path) -> dict[str, tuple[str, Path]]:
    """Every file under `folder`: relative POSIX path -> (hashed relative path, file)."""
    names = {}
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for file in files:
            path = Path(parent, file)
            if file.startswith(".") or (path.suffix in {".gz", ".br"} and path.with_suffix("").is_file()):
                continue
            plain = PurePosixPath(path.relative_to(folder).as_posix())
            names[str(plain)] = (str(plain.with_name(_hashed_name(path))), path)
    return names


def _hashed_name(path: Path) -> str:
    digest = base64.b32encode(hashlib.sha256(path.read_bytes()).digest())[:8].decode("ascii")
    return f"{path.stem}-{digest}{path.suffix}"
