"""Margin rules of our own, PRUDENT: a module for each file of contracts/src/margin, same names and order."""
