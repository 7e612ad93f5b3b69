"""Backups of the site for those who run it: every night by themselves, at once when asked for, and a page about them."""
