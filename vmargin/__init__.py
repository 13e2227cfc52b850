"""vmargin: the margin of an on-chain account, exactly as the contract computes it."""

__version__ = "0.1.0"
