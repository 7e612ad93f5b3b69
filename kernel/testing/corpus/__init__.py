"""The corpus: every shape of statement by which a row could get past a wall, to be run over any protected model.

Each shape says what wall 1 makes of it: *filtered* (it runs, and meets visible rows only) or *refused*. Wall 2 alone
filters all of them, or answers with a database error. `examine` runs one shape in one session and says what is wrong.
"""

from kernel.testing.corpus.run import examine
from kernel.testing.corpus.shapes import SHAPES, shapes_for
from kernel.testing.corpus.subject import Shape, Subject

__all__ = ("SHAPES", "Shape", "Subject", "examine", "shapes_for")
