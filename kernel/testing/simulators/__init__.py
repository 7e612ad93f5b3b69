"""Providers of messages to test against: servers on a free port of this machine that keep a book of what they accepted.

Each does what the provider's documents say, and misbehaves on demand (`Fault`). A test compares what an adapter claims with
the book: what stands there was taken over, whatever the answer looked like.
"""

from kernel.testing.simulators.kavenegar import KavenegarSimulator
from kernel.testing.simulators.melipayamak import MeliPayamakSimulator
from kernel.testing.simulators.server import Accepted, Fault, Simulator
from kernel.testing.simulators.smsir import SmsIrSimulator

__all__ = (
    "Accepted",
    "Fault",
    "KavenegarSimulator",
    "MeliPayamakSimulator",
    "Simulator",
    "SmsIrSimulator",
)
