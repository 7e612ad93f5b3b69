"""A plugin that fails wherever it can, to show that nobody else is hurt."""
