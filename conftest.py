"""Fixtures for the tests of the kernel and of the plugins in this repository."""

pytest_plugins = ["kernel.testing.plugin"]
