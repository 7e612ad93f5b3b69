"""What making or reading a backup refuses, in the operator's words. Nothing has happened when one is raised."""

from __future__ import annotations

from pathlib import Path

from kernel.i18n import LazyText, _
from kernel.lifecycle.errors import ArchiveDamaged, StepRefused


class BackupRefused(StepRefused):
    """The backup cannot be made, or not be restored here."""

    code = "backup-refused"


def damaged(path: Path, why: LazyText | str) -> ArchiveDamaged:
    """Make the error for a file that is not what was written."""
    return ArchiveDamaged(
        _("The backup “%(name)s” is damaged: %(why)s.", name=path.name, why=why), "backup-damaged"
    )
