"""Everything that is written in the plugin."""

from plugins.carpet import answering
from plugins.carpet.commands import batches, care, claims, disputes, guarantees, open_form

MODULES = (batches, guarantees, claims, disputes, open_form, care, answering)
"""The modules that declare commands."""
