"""What is computed and judged before a record is written, by what it is a record of."""
