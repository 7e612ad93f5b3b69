"""Insurance policies of an agency: the plugin."""
