"""The native reading: a kernel's body compiled by numba over 256-bit words.

Only :mod:`vmargin.solidity.native.runtime` is imported to run what is cached already; the other
modules import numba and are loaded when a kernel has to be compiled.
"""
