"""Kinds of documents of the plugin, each with the layout that ships."""
