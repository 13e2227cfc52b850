"""Receipts, and the logs in them, bound to a block by its receipts root."""

from vmargin.chain.receipts.complete import FARTHEST, check_complete, logs_of, verify_receipts

__all__ = ["FARTHEST", "check_complete", "logs_of", "verify_receipts"]
