"""Reminders: dates of records, ladders of days before them, and one reminder for each record, rung and channel."""
