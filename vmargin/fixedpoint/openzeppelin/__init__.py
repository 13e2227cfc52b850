"""Mirror of OpenZeppelin Contracts 5.7.0: `Math`, `SignedMath` and `SafeCast`."""
