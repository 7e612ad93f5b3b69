"""An administrator at work in a site."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from kernel.resources.build import build_runtime


class Office:
    """Runs commands on behalf of one user, and looks into the database past all walls."""

    def __init__(self, runtime, actor, engines):
        self.runtime, self.actor, self.engines = runtime, actor, engines

    def run(self, name, **arguments):
        return self.runtime.execute(self.actor, name, **arguments)

    def reading(self):
        return self.runtime.reading(self.actor)

    def rows(self, query, **values):
        with self.engines.owner(self.runtime.site).connect() as owner:
            return [tuple(row) for row in owner.execute(text(query), values)]

    def change(self, statement, **values):
        with self.engines.owner(self.runtime.site).begin() as owner:
            owner.execute(text(statement), values)

    def again(self):
        """The same office after the site's epoch was raised."""
        return Office(build_runtime(self.runtime.site, self.engines), self.actor, self.engines)


@pytest.fixture
def runtime(site, engines):
    return build_runtime(site, engines)


@pytest.fixture
def office(runtime, make_user, engines):
    return Office(runtime, make_user("boss", administrator=True), engines)
