"""Protocols: a mirror of each one's margin, and the verbs that all of them share."""
