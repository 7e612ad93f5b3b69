"""Tables of the plugin, in the schema `carpet`."""

from plugins.carpet.models.base import CarpetBase
from plugins.carpet.models.cards import Attempt, Batch, Scratch, Serial
from plugins.carpet.models.care import Claim, Dispute
from plugins.carpet.models.catalogue import CarpetModel
from plugins.carpet.models.dealers import Dealer, DealerUser
from plugins.carpet.models.guarantees import Guarantee, Reward, Transfer

__all__ = (
    "Attempt",
    "Batch",
    "CarpetBase",
    "CarpetModel",
    "Claim",
    "Dealer",
    "DealerUser",
    "Dispute",
    "Guarantee",
    "Reward",
    "Scratch",
    "Serial",
    "Transfer",
)
