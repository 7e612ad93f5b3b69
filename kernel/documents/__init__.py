"""Documents: texts with variables and how they are filled, for messages and for what is printed."""
