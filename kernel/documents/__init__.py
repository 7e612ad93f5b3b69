"""Documents: texts with variables, an engine that makes PDF of layouts, and what is printed by it."""
