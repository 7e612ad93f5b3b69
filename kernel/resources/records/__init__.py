"""Generic commands over any resource: create, edit, hand over, bin, restore, purge; one check and one way for all."""

from kernel.resources.records.bin import delete, purge, restore
from kernel.resources.records.load import editable, load, visible
from kernel.resources.records.save import assign, create, edit

__all__ = ["assign", "create", "delete", "edit", "editable", "load", "purge", "restore", "visible"]
