"""The vectors of `tests/data/iran-vectors.json`: facts about Iran from a source independent of this code."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

FILE = Path(__file__).parents[1] / "data" / "iran-vectors.json"


@cache
def load() -> list[dict[str, Any]]:
    return json.loads(FILE.read_text("utf-8"))["vectors"]


def vectors(kind: str) -> pytest.MarkDecorator:
    """Parametrise a test with `value` and `expected` of every vector of a kind."""
    cases = [pytest.param(row["input"], row["expect"], id=row["id"]) for row in load() if row["kind"] == kind]
    assert cases, f"no vectors of kind {kind}"
    return pytest.mark.parametrize(("value", "expected"), cases)
