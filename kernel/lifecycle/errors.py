"""What a lifecycle step refuses, in the administrator's words. Nothing has happened when one is raised."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.data.errors import DataError
from kernel.extension.contributions import Obstacle
from kernel.i18n import LazyText


class StepRefused(DataError):
    """The step cannot be done now; `obstacles` lists all that stands in the way."""

    code = "step-refused"

    def __init__(self, text: LazyText, code: str | None = None, obstacles: Sequence[Obstacle] = ()) -> None:
        super().__init__(text, code)
        self.obstacles = tuple(obstacles)


class OwnershipBroken(StepRefused):
    """A plugin reached beyond its schema, or others hang on what is in it."""

    code = "ownership"


class ArchiveDamaged(StepRefused):
    """An archive is not what was written, or was written by something else."""

    code = "archive-damaged"
