"""Peyvand's kernel: parties, permissions, interactions, and the rules by which plugins add whole trades."""

__version__ = "1.0.0"
