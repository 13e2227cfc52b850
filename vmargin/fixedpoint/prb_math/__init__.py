"""PRBMath 4.2.0: its common functions and the types UD60x18 and SD59x18, each as its raw integer."""
