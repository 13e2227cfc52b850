"""Makes what tests/test_replay.py replays: a venue on a chain, a fall of the price, the cassette of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from vmargin.chain.devnet import devnet

from venue import open_venue

TESTS = Path(__file__).parent / "tests"


def main() -> int:
    """Record anew, and leave nothing else behind."""
    with devnet(timestamp=1_800_000_000) as chain:
        venue = open_venue(chain)
        venue.price(1_000)
        (TESTS / "deployment.toml").write_text(venue.deployment.to_toml())
        options = ["--vm-record", "all", "--vm-rpc-url", chain.url]
        return subprocess.call([sys.executable, "-m", "pytest", str(TESTS / "test_replay.py"), *options])


if __name__ == "__main__":
    sys.exit(main())
