"""The suite: one folder per room of the package, and `differential/` for the original bytecode."""
