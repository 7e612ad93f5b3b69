"""What the documents of the academy have in common."""

from __future__ import annotations

from kernel.api import _

WORDS_TITLE = _("Words of the document")
TABLE_STYLE = """.facts { width: 100% }
.facts td { padding: 1mm 1.5mm; vertical-align: top }
.facts td:nth-child(odd) { color: #444; width: 28mm }
.rows { width: 100%; border-collapse: collapse; margin-top: 4mm }
.rows th, .rows td { border: .2mm solid #999; padding: 1mm 1.5mm; text-align: start; overflow-wrap: normal }
.sum td { font-weight: bold }
.note { color: #444; font-size: 8pt }
"""
