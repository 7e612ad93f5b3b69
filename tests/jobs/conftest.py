"""A site with plugins that listen and have jobs; what they are told is written into the notes of the site."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, text

from kernel.extension.models import PluginRow
from kernel.jobs.app import store_rows
from kernel.resources.build import build_runtime
from tests.extension.making import Maker

LISTENER = """
from sqlalchemy import text

@hookimpl
def party_changed(ctx, event):
    values = {"root": "%(name)s", "id": event.subject_id, "body": event.data["action"]}
    ctx.session.execute(text("INSERT INTO kernel.note (root, root_id, body) VALUES (:root, :id, :body)"), values)
    %(then)s
"""


@pytest.fixture
def maker(tmp_path, monkeypatch):
    return Maker(tmp_path, monkeypatch)


class Background:
    """The site's background work, done in this process when asked."""

    def __init__(self, site, engines, clock, discovery):
        store_rows()
        self.site, self.engines, self.clock = site, engines, clock
        with engines.owner(site).begin() as owner:
            for name, found in discovery.plugins.items():
                row = {"name": name, "title": name, "version": found.plugin.version, "state": "enabled"}
                owner.execute(insert(PluginRow).values(row))
        self.runtime = build_runtime(site, engines, discovery=discovery)
        self.runtime.clock = clock
        self.sent = []

    def command(self, body):
        with self.runtime.system_work("test", "test.command") as context:
            body(context)

    def rows(self, query):
        with self.engines.owner(self.site).connect() as owner:
            return [tuple(row) for row in owner.execute(text(query))]

    def sweep(self):
        """Give the messages that the tick would send, those for the kernel's own jobs left out."""
        from kernel.jobs import run

        self.sent = []
        run.sweep(self.runtime, lambda task, queue, arguments: self.sent.append((task, queue, *arguments)))
        return [message for message in self.sent if not str(message[2]).startswith("kernel.")]


@pytest.fixture
def background(site, engines, clock, maker):
    def begin():
        return Background(site, engines, clock, maker.discover())

    return begin
