"""The plugin's record kinds."""

from plugins.carpet.resources.cards import BATCH, SERIAL
from plugins.carpet.resources.catalogue import BASE_LISTS, DEALER, MODEL
from plugins.carpet.resources.guarantees import CLAIM, DISPUTE, GUARANTEE

RESOURCES = (MODEL, DEALER, BATCH, SERIAL, GUARANTEE, CLAIM, DISPUTE)

__all__ = (
    "BASE_LISTS",
    "BATCH",
    "CLAIM",
    "DEALER",
    "DISPUTE",
    "GUARANTEE",
    "MODEL",
    "RESOURCES",
    "SERIAL",
)
