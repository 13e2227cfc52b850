"""Mirror against contract: where they differ, and by what."""
