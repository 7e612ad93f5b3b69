"""Saved views and reports: a list as somebody likes it (filter, search, order, columns), or a report on it, under a name,
own or shared, for any resource.

Neither grants anything: opened, it is read anew with the rights of its reader, like any address of a list or report.
"""
