"""All chapters of the corpus."""

from __future__ import annotations

from kernel.testing.corpus.analysis import ANALYSIS
from kernel.testing.corpus.objects import OBJECTS
from kernel.testing.corpus.past_models import PAST_MODELS
from kernel.testing.corpus.reads import READS
from kernel.testing.corpus.relations import RELATIONS
from kernel.testing.corpus.subject import Shape, Subject
from kernel.testing.corpus.upserts import UPSERTS
from kernel.testing.corpus.writes import WRITES

SHAPES: tuple[Shape, ...] = (
    *READS,
    *ANALYSIS,
    *PAST_MODELS,
    *RELATIONS,
    *OBJECTS,
    *WRITES,
    *UPSERTS,
)
"""Every shape, in the order of the chapters."""


def shapes_for(subject: Subject) -> list[Shape]:
    """The shapes that can be tried on a subject."""
    return [shape for shape in SHAPES if shape.fits(subject)]
