"""Calls run here instead of at a node: on proven state, by the rules of the block's fork."""
