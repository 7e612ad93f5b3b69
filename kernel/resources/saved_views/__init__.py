"""Saved views: a list as somebody likes it (filter, search, order, columns) under a name, own or shared, for any resource.

A view grants nothing: opened, it is read anew with the rights of its reader, like any address of a list.
"""
