"""``vmargin devnet``: a local chain to run programs on, until Ctrl-C."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vmargin.chain.devnet import Devnet


def add(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "devnet",
        help="run a local chain until Ctrl-C",
        description="Run a local chain (anvil) with Multicall3 in its usual place, until Ctrl-C.",
        epilog="More of anvil's own options go after two dashes: vmargin devnet -- --base-fee 0",
    )
    command.add_argument(
        "--port", type=int, default=8545, help="to listen on, on this machine only (8545); 0: any"
    )
    command.add_argument(
        "--hardfork", default="osaka", metavar="NAME", help="the rules of its blocks (osaka)"
    )
    command.add_argument("--chain-id", type=int, metavar="ID", help="31337, or that of the forked chain")
    command.add_argument("--accounts", type=int, default=10, metavar="N", help="accounts with ether (10)")
    command.add_argument("--fork-url", metavar="URL", help="continue the chain of this node")
    command.add_argument("--fork-block-number", type=int, metavar="N", help="from this block, not the latest")
    command.add_argument("--block-time", type=float, metavar="SECONDS", help="mine at intervals")
    command.add_argument("--timestamp", type=int, metavar="SECONDS", help="of the genesis block")
    command.add_argument("--gas-limit", type=int, metavar="GAS", help="of each block")
    command.add_argument("--json", action="store_true", help="print one line of JSON")
    command.add_argument("options", nargs="*", metavar="OPTION", help="of anvil, after --")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the chain, say where it is, and wait."""
    from vmargin.chain.devnet import anvil, devnet

    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends it as Ctrl-C does
    try:
        if anvil.found() is None:
            print(f"vmargin: fetching anvil {anvil.VERSION} with npm, once", file=sys.stderr)
        given = {name: value for name, value in vars(arguments).items() if name not in ("run", "json")}
        with devnet(**given) as chain:
            print(json.dumps(facts(chain)) if arguments.json else "\n".join(lines(chain)), flush=True)
            print("vmargin: everybody knows these keys: they are for tests", file=sys.stderr)
            print("vmargin: running until Ctrl-C", file=sys.stderr, flush=True)
            chain.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        signal.signal(signal.SIGTERM, before)


def facts(chain: Devnet) -> dict[str, Any]:
    """What a program needs to use the chain."""
    from vmargin.chain.devnet import MULTICALL3
    from vmargin.chain.wire import checksummed

    return {
        "url": chain.url,
        "pid": chain.pid,
        "chainId": chain.chain_id,
        "hardfork": chain.hardfork,
        "multicall3": checksummed(MULTICALL3),
        "accounts": [
            {"address": checksummed(address), "key": key}
            for address, key in zip(chain.accounts, chain.keys, strict=True)
        ],
    }


def lines(chain: Devnet) -> list[str]:
    """Write the same for people."""
    known = facts(chain)
    return [
        f"url         {known['url']}",
        f"chain id    {known['chainId']}",
        f"hardfork    {known['hardfork']}",
        f"Multicall3  {known['multicall3']}",
        "",
        "account, with 10000 ether                   key",
        *(f"{account['address']}  {account['key']}" for account in known["accounts"]),
    ]
