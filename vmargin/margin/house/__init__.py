"""The stateful contracts of the house: a module for each file of contracts/src/house, in its own names."""
