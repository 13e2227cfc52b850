"""Inputs on which a mirror and a contract's function differ: searched for, and made small."""

from vmargin.crosscheck.fuzz.search import CASES, ENOUGH, Fuzzed, Interrupted, fuzz
from vmargin.crosscheck.fuzz.strategies import Strategy, agreeing, strategy_of

__all__ = ["CASES", "ENOUGH", "Fuzzed", "Interrupted", "Strategy", "agreeing", "fuzz", "strategy_of"]
