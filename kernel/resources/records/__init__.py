"""Generic commands over any resource: create, edit, hand over, bin, restore, purge, print; one check and one way for all."""

from kernel.resources.commands import command_of
from kernel.resources.records.bin import delete, purge, restore, take_back
from kernel.resources.records.export import export
from kernel.resources.records.load import changeable, editable, load, opens_bin, version_of, visible
from kernel.resources.records.many import insert_many
from kernel.resources.records.printing import print_record
from kernel.resources.records.save import assign, create, edit, goes_to_another, last_editor

COMMANDS = tuple(
    command_of(function)
    for function in (create, edit, assign, delete, restore, take_back, purge, export, print_record)
)
"""The generic commands, which every site has."""

__all__ = [
    "COMMANDS",
    "assign",
    "changeable",
    "create",
    "delete",
    "edit",
    "editable",
    "export",
    "goes_to_another",
    "insert_many",
    "last_editor",
    "load",
    "opens_bin",
    "print_record",
    "purge",
    "restore",
    "version_of",
    "visible",
]
