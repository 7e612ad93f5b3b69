"""Measurements, each beside its floor in the same run. `python -m bench --help` says what there is."""
