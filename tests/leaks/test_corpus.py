"""Every shape of the corpus over every kind of policy: wall 1 alone, wall 2 alone, both."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from kernel.access.identity import Identity
from kernel.access.policies import PolicySet
from kernel.access.session import open_session
from kernel.data.site import Site
from kernel.testing.corpus import SHAPES, Shape, Subject, examine
from tests.leaks.scene import Scene, subjects

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


@pytest.fixture(scope="module")
def models(scene: Scene) -> list[Subject]:
    """The family as sara sees it. No shape leaves anything behind, so that all of them start from the same rows."""
    return list(subjects(scene))


def _complaints(
    shape: Shape, session: Session, site: Site, models: list[Subject], *, wall1: bool
) -> list[str]:
    found = []
    for subject in models:
        if shape.fits(subject):
            wrong = examine(shape, subject, session, site.signing_key, wall1=wall1)
            if wrong:
                found.append(f"{subject.name}: {wrong}")
            session.expunge_all()
    return found


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_wall1_alone(
    shape: Shape,
    past_wall2: Engine,
    leak_site: Site,
    scene: Scene,
    models: list[Subject],
    policies: PolicySet,
) -> None:
    with open_session(past_wall2, leak_site, scene.sara, policies) as session:
        assert not _complaints(shape, session, leak_site, models, wall1=True)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_wall2_alone(shape: Shape, app: Engine, leak_site: Site, scene: Scene, models: list[Subject]) -> None:
    with Session(app, expire_on_commit=False) as session:
        Identity(leak_site.signing_key, scene.sara).announce(session.connection())
        assert not _complaints(shape, session, leak_site, models, wall1=False)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_both_walls(
    shape: Shape,
    app: Engine,
    leak_site: Site,
    scene: Scene,
    models: list[Subject],
    policies: PolicySet,
) -> None:
    with open_session(app, leak_site, scene.sara, policies) as session:
        assert not _complaints(shape, session, leak_site, models, wall1=True)


def test_the_corpus_is_large() -> None:
    assert len({shape.name for shape in SHAPES}) == len(SHAPES) >= 100
