"""Merging two parties that are one: what refers to the one is led to the other, and it can be undone."""
