from __future__ import annotations

from pathlib import Path

import pytest

from tests.extension.making import Maker


@pytest.fixture
def maker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Maker:
    return Maker(tmp_path, monkeypatch)
