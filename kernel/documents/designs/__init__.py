"""Layouts of a site: which documents are laid out, with which values, in which language, and what is stored."""
