"""Where verdicts flip: with a price, with time, and between integers and the exact values behind them."""

from vmargin.crosscheck.flips.account import Flips, price_flips, reread_flips, time_flips
from vmargin.crosscheck.flips.decision_flips import DecisionFlip, DecisionFlips
from vmargin.crosscheck.flips.decisions import decision_flips

__all__ = [
    "DecisionFlip",
    "DecisionFlips",
    "Flips",
    "decision_flips",
    "price_flips",
    "reread_flips",
    "time_flips",
]
