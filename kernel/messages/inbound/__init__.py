"""Messages that come in: stored first, then matched to parties, offered to plugins, answered at most once."""
