"""What a test run was told: which chain is the remote one, at which block, and how cassettes are kept."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

URL = "VMARGIN_TEST_RPC_URL"
BLOCK = "VMARGIN_TEST_BLOCK"
KEY = "VMARGIN_TEST_KEY"
"""Names of environment variables.  They are not those of `vmargin deploy` and `vmargin read`: what signs and
pays for tests is to be named for tests."""

MODES = ("none", "once", "all")
TAGS = ("latest", "safe", "finalized")

HOW = f"give --vm-rpc-url URL, or set {URL}"


@dataclass(frozen=True)
class Secret:
    """A private key that no traceback shows, whatever it shows of variables."""

    name: str
    """Of the environment variable that holds it."""

    def reveal(self) -> str:
        """The key itself: not to be kept in a variable."""
        return os.environ[self.name].strip()


@dataclass(frozen=True)
class Settings:
    """The options of one run."""

    urls: tuple[str, ...] = field(repr=False)
    """Of the remote chain's nodes; they may hold keys, and are shown nowhere."""
    block: int | str
    """Of the remote chain, for what reads it."""
    record: str
    """One of MODES."""
    key_name: str
    """The environment variable that holds the private key."""

    @property
    def remote(self) -> bool:
        """Whether there is a remote chain."""
        return bool(self.urls)

    @property
    def key(self) -> Secret | None:
        """The private key, if there is one."""
        return Secret(self.key_name) if os.environ.get(self.key_name) else None

    @classmethod
    def of(cls, config: pytest.Config) -> Settings:
        """Read options and environment."""
        given = [url.strip() for text in config.getoption("--vm-rpc-url") for url in text.split(",")]
        if not given:
            given = [url.strip() for url in os.environ.get(URL, "").split(",")]
        block = config.getoption("--vm-block") or os.environ.get(BLOCK) or "latest"
        return cls(
            tuple(url for url in given if url),
            read_block(block),
            config.getoption("--vm-record") or ("none" if in_ci(os.environ) else "once"),
            config.getoption("--vm-key-env"),
        )


def read_block(text: str) -> int | str:
    """A tag, a number or a hash."""
    if re.fullmatch(r"\d{1,20}", text, re.ASCII):
        return int(text)
    if text in TAGS or re.fullmatch(r"0x[0-9a-fA-F]{64}", text):
        return text
    raise pytest.UsageError(
        f"--vm-block {text}: a block is {', '.join(TAGS)}, a number, or a hash of 32 bytes as 0x…"
    )


def in_ci(environment: Mapping[str, str]) -> bool:
    """Whether this is continuous integration, by the variable that its services set."""
    return environment.get("CI", "").lower() not in ("", "0", "false", "no")


def add_options(parser: pytest.Parser) -> None:
    """Tell pytest of the options."""
    group = parser.getgroup("vmargin", "chains under test (vmargin)")
    group.addoption(
        "--vm-rpc-url",
        action="append",
        default=[],
        metavar="URL",
        help=f"a node of the remote chain: what is forked, recorded, and run on in a devnet's place ({URL})",
    )
    group.addoption(
        "--vm-block",
        metavar="BLOCK",
        help=f"of the remote chain: latest, safe, finalized, a number or a hash ({BLOCK})",
    )
    group.addoption(
        "--vm-record",
        choices=MODES,
        help="cassettes: none = replay only (default where CI is set), once = record those that are missing "
        "(default elsewhere), all = record anew",
    )
    group.addoption(
        "--vm-key-env",
        metavar="NAME",
        default=KEY,
        help=f"the environment variable that holds the key of tests that pay on the remote chain ({KEY})",
    )
