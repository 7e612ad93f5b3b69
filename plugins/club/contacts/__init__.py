"""Planned contact with members: whom, when, how, and what they answered."""
