"""Every mirrored library against the original's bytecode, by value and by revert data."""
