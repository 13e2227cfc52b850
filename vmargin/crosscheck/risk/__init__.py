"""Published numbers of margin systems, and the kernels that give them: a module for each family."""
