"""For tests of programs that read chains: fixtures that pytest finds by itself."""
