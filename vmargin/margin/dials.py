"""The settings of the four dials of a margin rule: the mirror of Dials.sol."""

SCHEMA = 1

FULL = 0
TAYLOR = 1

POSITION = 0
EXPIRY = 1
UNDERLYING = 2
ACCOUNT = 3

WORST = 0
SHORTFALL = 1
VAR = 2

SUM = 0
QUAD = 1
