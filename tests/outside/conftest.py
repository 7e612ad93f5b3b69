"""The plugins from outside, as if pip had installed them: their code, and what pip writes beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel.extension.discovery import GROUP

HERE = Path(__file__).parent
OUTSIDE = ("hotel", "breaker")


@pytest.fixture(scope="module")
def installed_outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An environment that both distributions are installed into, for this process and those it starts."""
    folder = tmp_path_factory.mktemp("environment")
    with pytest.MonkeyPatch.context() as patch:
        for name in OUTSIDE:
            about = folder / f"{name}-1.0.0.dist-info"
            about.mkdir()
            (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0.0\n")
            (about / "entry_points.txt").write_text(f"[{GROUP}]\n{name} = {name}.plugin\n")
            patch.syspath_prepend(str(HERE / name))
        patch.syspath_prepend(str(folder))
        paths = [str(folder), *(str(HERE / name) for name in OUTSIDE)]
        patch.setenv(
            "PYTHONPATH", os.pathsep.join([*paths, os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
        )
        yield
