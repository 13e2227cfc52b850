"""Whether what is on chain is what the deployment was written for: codes, and what proxies run."""

from __future__ import annotations

from collections.abc import Iterator

from eth_hash.auto import keccak

from vmargin.chain import wire
from vmargin.chain.errors import BadReturn
from vmargin.chain.proxies import Proxy, read_proxies
from vmargin.chain.view import BlockView
from vmargin.protocols.deployment import Deployment, Place
from vmargin.protocols.finding import Finding, Level


def code_hashes(view: BlockView, recorded: Deployment) -> Iterator[Finding]:
    """Compare the code of each contract with its hash."""
    rule = "code-hash"
    places = recorded.contracts
    for (role, place), code in zip(
        places.items(), view.ask_codes([place.address for place in places.values()]), strict=True
    ):
        found = wire.to_data(bytes(keccak(code)))
        where = f"the {role} at {wire.checksummed(place.address)}"
        evidence = {"address": place.address, "recorded": place.code_hash, "found": found}
        if not code:
            yield Finding(rule, "violation", f"there is no code where {where} should be", evidence)
        elif place.code_hash is None:
            what = f"the deployment has no code hash of {where}: any code would pass for it"
            yield Finding(rule, "warning", what, evidence)
        elif found != place.code_hash:
            yield Finding(rule, "violation", f"{where} has other code than was recorded", evidence)
        else:
            yield Finding(rule, "ok", f"{where} has the code that was recorded", evidence)


def proxies(view: BlockView, recorded: Deployment) -> Iterator[Finding]:
    """Compare what the slots of EIP-1967 say with what was recorded."""
    for role, place in recorded.contracts.items():
        where = f"the {role} at {wire.checksummed(place.address)}"
        try:
            (proxy,) = read_proxies(view, [place.address])
        except BadReturn as error:
            yield Finding("proxy-implementation", "violation", f"{where}: {error}")
            continue
        level, what = _judged(view, place, proxy)
        evidence = {
            "address": place.address,
            "recorded": place.implementation,
            **{name: value for name, value in proxy._asdict().items() if value is not None},
        }
        yield Finding("proxy-implementation", level, f"{where} {what}", evidence)


def _judged(view: BlockView, place: Place, proxy: Proxy) -> tuple[Level, str]:
    if proxy.implementation is None:
        if place.implementation is None:
            return "ok", "is no proxy, and none was recorded"
        return "violation", "was recorded as a proxy, and its slots are empty"
    now = wire.checksummed(proxy.implementation)
    if place.implementation is None:
        return "warning", f"is a proxy that runs {now}, which was not recorded: it can be changed unseen"
    if proxy.implementation != place.implementation:
        then = wire.checksummed(place.implementation)
        return "violation", f"runs the code of {now}, and {then} was recorded"
    if not view.code(proxy.implementation):
        return "violation", f"runs {now}, where there is no code"
    return "ok", f"runs {now}, as was recorded"
