"""One module per fixed-point library of the field, mirrored to the bit, reverts included."""
