"""Backups of whole sites: one file with rows, files and what they need, and bringing it back, here or elsewhere."""
