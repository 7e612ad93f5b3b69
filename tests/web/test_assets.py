"""Built assets: addresses, caching, plugin folders, budgets, and what the lock and the templates may hold."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from kernel.web.assets import DIST, AssetError, Assets, asset, with_static

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "kernel" / "web" / "templates").rglob("*.html"))
CSS_BUDGET = 12 * 1024
JS_BUDGET = 25 * 1024


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    (folder / "img").mkdir(parents=True)
    (folder / "clinic.css").write_text(".clinic-tooth { color: var(--ink) }")
    (folder / "img" / "tooth.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (folder / "icons.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'><symbol id='tooth'/></svg>")
    (folder / ".hidden").write_text("secret")
    return folder


@pytest.fixture
def client(plugin: Path) -> Client:
    return Client(with_static(Response("the application"), {"clinic": plugin, "empty": plugin / "no-such"}))


def test_kernel_asset_has_a_hashed_address() -> None:
    assert re.fullmatch(r"/static/app-[0-9A-Z]{8}\.css", asset("app.css"))


def test_every_name_of_the_manifest_is_served_for_ever(client: Client) -> None:
    names = json.loads((DIST / "manifest.json").read_text("utf-8"))
    assert {"app.css", "app.js", "theme.js", "calendar.css", "icons.svg", "favicon.svg"} <= names.keys()
    for name in names:
        answer = client.get(asset(name))
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_compressed_siblings_are_chosen(client: Client, encoding: str) -> None:
    answer = client.get(asset("app.js"), headers={"Accept-Encoding": encoding})
    assert answer.headers["Content-Encoding"] == encoding


def test_stable_module_address_is_cached_shortly(client: Client) -> None:
    answer = client.get("/static/api.js")
    assert answer.headers["Cache-Control"] == "max-age=60, public"
    assert asset("app.js").removeprefix("/static/") in answer.text


def test_other_addresses_reach_the_application(client: Client) -> None:
    assert client.get("/parties").text == "the application"
    assert client.get("/static/no-such.css").text == "the application"
    assert client.get("/static/../assets.py").text == "the application"


def test_plugin_files_are_hashed_at_start(plugin: Path, client: Client) -> None:
    assets = Assets(plugin_static={"clinic": plugin})
    url = assets.url("clinic:clinic.css")
    assert re.fullmatch(r"/static/plugins/clinic/clinic-[A-Z2-7]{8}\.css", url)
    assert "immutable" in client.get(url).headers["Cache-Control"]
    nested = assets.url("clinic:img/tooth.svg")
    assert nested.startswith("/static/plugins/clinic/img/tooth-")
    assert client.get(nested).mimetype == "image/svg+xml"


def test_plugin_files_answer_by_plain_name_too(client: Client) -> None:
    answer = client.get("/static/plugins/clinic/img/tooth.svg")
    assert answer.headers["Cache-Control"] == "max-age=60, public"


def test_another_content_has_another_address(plugin: Path) -> None:
    before = Assets(plugin_static={"clinic": plugin}).url("clinic:clinic.css")
    (plugin / "clinic.css").write_text(".clinic-tooth { color: var(--bad) }")
    assert Assets(plugin_static={"clinic": plugin}).url("clinic:clinic.css") != before


def test_hidden_files_are_not_served(client: Client) -> None:
    assert client.get("/static/plugins/clinic/.hidden").text == "the application"


@pytest.mark.parametrize("name", ["no-such.css", "clinic:no-such.css", "nobody:clinic.css"])
def test_unknown_asset_is_named(plugin: Path, name: str) -> None:
    with pytest.raises(AssetError, match=re.escape(name)):
        Assets(plugin_static={"clinic": plugin}).url(name)


def test_missing_build_says_how_to_build(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="npm run build"):
        Assets(tmp_path)


def test_icons_come_from_the_sprite_or_the_plugin(plugin: Path) -> None:
    assets = Assets(plugin_static={"clinic": plugin})
    assert assets.icon("users") == f"{asset('icons.svg')}#users"
    assert assets.icon("clinic:tooth") == f"{assets.url('clinic:icons.svg')}#tooth"
    assert assets.icon("no-such-icon").endswith("#puzzle")
    assert assets.icon("nobody:tooth").endswith("#puzzle")


def test_sprite_holds_the_named_icons() -> None:
    names = (ROOT / "kernel" / "web" / "assets" / "icons.txt").read_text("utf-8").split()
    assert len(names) == len(set(names)) >= 120
    sprite = (DIST / asset("icons.svg").removeprefix("/static/")).read_text("utf-8")
    assert set(re.findall(r'<symbol id="([^"]+)"', sprite)) == set(names) == Assets().icons


def test_templates_and_scripts_draw_known_icons() -> None:
    drawn = set()
    for path in TEMPLATES:
        drawn.update(re.findall(r"\bicon(?:_name=|\()'([a-z0-9-]+)'", path.read_text("utf-8")))
    for path in (ROOT / "kernel" / "web" / "assets" / "js").rglob("*.js"):
        drawn.update(re.findall(r"\bicon\('([a-z0-9-]+)'", path.read_text("utf-8")))
    assert {"puzzle", "search", "x"} <= drawn
    assert drawn <= Assets().icons


def test_budgets() -> None:
    def compressed(name: str) -> int:
        return (DIST / (asset(name).removeprefix("/static/") + ".br")).stat().st_size

    assert compressed("app.css") <= CSS_BUDGET
    app = (DIST / asset("app.js").removeprefix("/static/")).read_text("utf-8")
    chunks = set(re.findall(r'from"\./(chunk-\w+\.js)"', app))
    along = sum((DIST / f"{name}.br").stat().st_size for name in chunks)
    assert chunks
    assert compressed("app.js") + compressed("theme.js") + along <= JS_BUDGET


def test_lock_names_no_registry() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
    wanted = json.loads((ROOT / "package.json").read_text("utf-8"))
    versions = {**wanted["dependencies"], **wanted["devDependencies"]}
    assert versions["htmx.org"] == "4.0.1"
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values())


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_obey_the_content_security_policy(path: Path) -> None:
    markup = path.read_text("utf-8")
    assert not re.search(r"<[^>%{]*\sstyle\s*=\s*[\"']", markup)
    assert not re.search(r"\s(?:hx-)?on[:a-z-]*\s*=\s*[\"']", markup)
    assert not re.search(r"hx-vals\s*=\s*[\"']js:", markup)
    assert not re.search(r"<script(?![^>]*\ssrc=)", markup)


def test_stylesheet_is_logical() -> None:
    """One sheet serves both directions: no physical margins, paddings, insets or borders outside `[dir=…]` rules."""
    physical = re.compile(r"(?:margin|padding|border)-(?:left|right)\b|(?<![-\w])(?:left|right)\s*:")
    for path in (ROOT / "kernel" / "web" / "assets" / "css").rglob("*.css"):
        for line in path.read_text("utf-8").splitlines():
            assert not physical.search(line) or line.startswith("[dir="), f"{path.name}: {line}"
