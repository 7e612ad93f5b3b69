"""Import: an uploaded workbook or text file becomes records, with a preview, in the background, and can be undone.

`start` takes the file; `import.map` decides on columns; `preview` shows what would happen; `import.begin` has `run_import`
called in the background; `progress`, `refused_file` and `kept_rows` tell what came of it; `import.undo` takes it back.
"""

from kernel.resources.importing.for_all import sayable
from kernel.resources.importing.mapping import Target, guess_mapping, targets
from kernel.resources.importing.previewing import FileColumn, Preview, PreviewRow, columns, preview
from kernel.resources.importing.results import (
    RowResult,
    refused_file,
    refused_rows,
    sample_file,
    skipped_rows,
)
from kernel.resources.importing.running import run_import
from kernel.resources.importing.runs import Run, progress, runs_of, start
from kernel.resources.importing.undoing import kept_rows, undo_import

__all__ = [
    "FileColumn",
    "Preview",
    "PreviewRow",
    "RowResult",
    "Run",
    "Target",
    "columns",
    "guess_mapping",
    "kept_rows",
    "preview",
    "progress",
    "refused_file",
    "refused_rows",
    "run_import",
    "runs_of",
    "sample_file",
    "sayable",
    "skipped_rows",
    "start",
    "targets",
    "undo_import",
]
