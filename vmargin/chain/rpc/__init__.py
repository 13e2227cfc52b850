"""What talks to nodes: one exchange, one node, then many questions to several nodes."""
