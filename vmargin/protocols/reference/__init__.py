"""The reference clearing house of contracts/src: the protocol of which every rule is ours."""
