"""The libraries beneath Derive v2's margin rules, written from a description of their arithmetic."""
