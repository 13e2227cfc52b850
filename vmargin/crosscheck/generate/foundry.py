"""A counterexample as a Foundry test: one file of Solidity that imports nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vmargin.crosscheck.counterexample import Counterexample
from vmargin.crosscheck.generate.wanted import At, Code, plain, said, wanted

_HEAD = """\
// SPDX-License-Identifier: UNLICENSED
pragma solidity >=0.8.0;

{about}
contract {stem}_Counterexample {{
    bytes constant CALL ={call};
    bytes constant WANTED ={wanted};

    function test_{stem}() external {{
        address place = target();
        {before}(bool returned, bytes memory answer) = place.call{gas}(CALL);
        {after}require({returns}, "{otherwise}");
        require(keccak256(answer) == keccak256(WANTED), "it answered with other bytes than the mirror's");
    }}

{target}}}
"""

_DEPLOYED = """\
    function target() private returns (address place) {
        bytes memory code = substitute();
        code = bytes.concat(code.length == 0 ? CODE : code, ARGUMENTS);
        assembly {
            place := create(0, add(code, 32), mload(code))
        }
        require(place != address(0), "the code does not deploy");
    }

    /// Other code to be tried in its place, where Foundry's cheat codes are there and name some.
    function substitute() private returns (bytes memory) {
        address vm = address(uint160(uint256(keccak256("hevm cheat code"))));
        bytes memory asked = abi.encodeWithSignature("envOr(string,string)", "VMARGIN_ARTIFACT", "");
        (, bytes memory found) = vm.call(asked);
        if (found.length == 0) return found;
        string memory path = abi.decode(found, (string));
        if (bytes(path).length == 0) return bytes(path);
        (bool known, bytes memory code) = vm.call(abi.encodeWithSignature("getCode(string)", path));
        require(known, "VMARGIN_ARTIFACT names no contract of this project");
        return abi.decode(code, (bytes));
    }

    // what deploys the contract
    bytes constant ARGUMENTS =CONSTRUCTOR;
    bytes constant CODE =CREATION;
"""

_ON_CHAIN = """\
    function target() private view returns (address place) {
        place = ADDRESS;
        require(place.code.length != 0, "nothing is there: run it on a fork, see above");
HASHED    }
"""


class Wanted(NamedTuple):
    """A call, and the answer that is wanted of it."""

    call: bytes
    answer: bytes
    returns: bool
    halts: bool = False
    """Whether the contract halts where a revert without data is wanted: but for the gas both look alike."""


def foundry_test(stem: str, found: Counterexample, where: Code | At) -> str:
    """Write the test of a counterexample."""
    answer, returns = wanted(found), "revert" not in found.mirrored
    promise = "This fails as long as the contract does not do as the mirror does."
    if answer is None:
        # there is no such answer: the test holds on to what the contract does
        promise = "No contract can do as the mirror does: this passes as long as the contract does as above."
        answer, returns = _recorded(found)
    about = [
        plain(found.signature),
        *(
            f"  {plain(name)} = {plain(str(value))}"
            for name, value in zip(found.names, found.case, strict=True)
        ),
        f"The mirror {plain(found.mirror)}",
        f"  {said(found.mirrored)}",
        "The contract",
        f"  {said(found.original)}",
        promise,
    ]
    halts = "halt" in found.original and "revert" in found.mirrored and not answer
    return solidity(stem, about, Wanted(found.function.calldata(found.case), answer, returns, halts), where)


def solidity(stem: str, about: Sequence[str], sought: Wanted, where: Code | At) -> str:
    """A contract with one test: that a call has the answer that is wanted of it."""
    run = f"forge test --match-path '*{stem}.t.sol'"
    if isinstance(where, Code):
        how = [f"  {run}", "and with other code in its place:", f"  VMARGIN_ARTIFACT=src/File.sol:Name {run}"]
        target = _DEPLOYED.replace("CREATION", _hex(where.creation))
        target = target.replace("CONSTRUCTOR", _hex(where.arguments))
    else:
        how = [
            f"  {run} --fork-url $ETH_RPC_URL --fork-block-number {where.block}",
            f"with a node of chain {where.chain_id}.",
        ]
        hashed = (
            f'        require(place.codehash == {where.code_hash}, "it has other code there");\n'
            if where.code_hash
            else ""
        )
        target = _ON_CHAIN.replace("ADDRESS", _address(where.address)).replace("HASHED", hashed)
    gone = 'require(before - gasleft() < 1_000_000, "it halted: all its gas is gone");'
    mirror = (
        "it reverted, and the mirror returns" if sought.returns else "it returned, and the mirror reverts"
    )
    return _HEAD.format(
        stem=stem,
        about="\n".join(f"// {line}" for line in (*about, *how)),
        call=_hex(sought.call),
        wanted=_hex(sought.answer),
        returns="returned" if sought.returns else "!returned",
        otherwise=mirror,
        gas="{gas: 1_000_000}" if sought.halts else "",
        before="uint256 before = gasleft();\n        " if sought.halts else "",
        after=f"{gone}\n        " if sought.halts else "",
        target=target,
    )


def _recorded(found: Counterexample) -> tuple[bytes, bool]:
    """What the contract did, and whether it returned."""
    if "values" in found.original:
        from dataclasses import replace

        return wanted(replace(found, mirrored=found.original)) or b"", True
    data = found.original.get("revert", {}).get("data", "0x")
    return bytes.fromhex(data.removeprefix("0x")), False


def _hex(data: bytes) -> str:
    """A literal, in pieces that the compiler joins."""
    if len(data) <= 48:
        return f' hex"{data.hex()}"'
    rows = [f'        hex"{data[at : at + 48].hex()}"' for at in range(0, len(data), 48)]
    return "\n" + "\n".join(rows)


def _address(text: str) -> str:
    """An address as Solidity wants it: with its checksum."""
    from vmargin.chain import wire

    return str(wire.checksummed(text))
