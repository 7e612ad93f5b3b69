"""Guarantees of machine-made carpets: cards with serials and scratch codes, registered by one SMS."""
