"""Erasing a person's data on request: what goes, what is replaced, what stays and why; also in history and files."""
