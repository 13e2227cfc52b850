"""What is proved of the rule: how far rounding takes it from its definition, and that no width overflows."""
