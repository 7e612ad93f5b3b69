"""Surveys of members: asking, answering, and what came of it."""
