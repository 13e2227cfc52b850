"""Makes ``python -m vmargin`` the command ``vmargin``."""

import sys

from vmargin.cli import main

if __name__ == "__main__":
    sys.exit(main())
