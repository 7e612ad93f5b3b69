"""Pages of what is printed: labels, envelopes and letters."""
