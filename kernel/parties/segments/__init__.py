"""Segments: filters of lists that were given a name and stay live."""
