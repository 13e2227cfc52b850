"""Readers of a chain against nodes that misbehave: the right value or a typed error, in time."""
