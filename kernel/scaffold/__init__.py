"""What `peyvand new-plugin` copies: a small plugin that works, with the words that are replaced."""

from kernel.scaffold.making import LICENCES, ScaffoldError, check_name, make_plugin

__all__ = ("LICENCES", "ScaffoldError", "check_name", "make_plugin")
