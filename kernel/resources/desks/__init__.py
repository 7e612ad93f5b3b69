"""The desk as each user arranges it, and as administrators arrange it for the holders of a pattern."""
