"""Reports over any resource: rows put together by columns and Jalali times, with sums, averages, shares and comparisons."""

from kernel.resources.reports.definition import CHARTS, FUNCTIONS, ORDERS, SHARES, Definition, Group, Measure
from kernel.resources.reports.results import Heading, Level, Line, Result, change, share
from kernel.resources.reports.running import run

__all__ = [
    "CHARTS",
    "FUNCTIONS",
    "ORDERS",
    "SHARES",
    "Definition",
    "Group",
    "Heading",
    "Level",
    "Line",
    "Measure",
    "Result",
    "change",
    "run",
    "share",
]
