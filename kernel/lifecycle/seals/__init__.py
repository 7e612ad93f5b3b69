"""Seals of history and audit: a chain of hashes by which later changes of what was written are found."""
