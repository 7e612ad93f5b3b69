"""Pages of messages: the overview, writing, sendings, lines, the report."""
