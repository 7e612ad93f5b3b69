"""The demonstration: a site full of invented people, made through the product's own commands.

A plugin takes part by a module `demo` in its package with a function `make(demo: Demo) -> None`.
"""

from kernel.administration.demo.demo import Demo, make_demo, make_samples
from kernel.administration.demo.signins import SignIn, read_sign_ins

__all__ = ["Demo", "SignIn", "make_demo", "make_samples", "read_sign_ins"]
