"""Letters as messages: prepared as sendings are, printed by a run of `kernel.documents`, posted by hand."""
