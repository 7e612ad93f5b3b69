"""A plugin for hotels, distributed apart from the product: rooms, stays, and what guests like."""
