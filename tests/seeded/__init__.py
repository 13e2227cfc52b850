"""Faults planted in contract code, and whether fuzzing finds and localising names them."""
