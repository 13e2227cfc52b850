"""A chain, read through views of one block each: live, recorded or proven."""
