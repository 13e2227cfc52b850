"""An account on which mirror and contract differ, as files that others can run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from vmargin.crosscheck.generate.foundry import Wanted, solidity
from vmargin.crosscheck.generate.wanted import At, plain

_PYTEST = """\
# Account {plain} of {protocol} at block {block} of chain {chain_id}: mirror and contract differ.
# Run it with  pytest {file}  where vmargin is installed: it fails as long as they do.
# What it reads is in the recording that lies beside this folder; no node is asked.

from pathlib import Path

from vmargin.chain.recorded import load
from vmargin.crosscheck.compare import Status, compare
from vmargin.protocols.deployment import Deployment
from vmargin.protocols.registry import protocol

REPORT = Path(__file__).parents[1]
ACCOUNT = {account}


def test_{stem}() -> None:
    view = load(REPORT / "views" / "block-{block}.json.xz")
    kind = protocol({protocol!r})
    deployed = kind({deployment})
    (found,) = compare(deployed, view, [ACCOUNT]).accounts
    assert found.status is Status.EQUAL, "\\n".join("  ".join(row) for row in found.rows())
"""


@dataclass(frozen=True)
class AccountCase:
    """What it takes to ask of an account again.

    `answer` is what the contract's own call returns, where it returns.
    """

    SCHEMA: ClassVar[str] = "vmargin/account/1"

    protocol: str
    compared: Mapping[str, Any]
    """As a comparison has it."""
    where: At
    """The contract that is asked."""
    call: bytes | None
    answer: bytes | None
    address: str | None = None
    """Of the contract that knows the others, where there is no deployment file."""

    @property
    def account(self) -> str:
        """The account's id."""
        return str(self.compared["account"])

    def as_json(self) -> dict[str, Any]:
        """The case in JSON's types."""
        return {
            "schema": self.SCHEMA,
            "protocol": self.protocol,
            "chainId": self.where.chain_id,
            "block": self.where.block,
            "contract": self.where.address,
            "call": None if self.call is None else f"0x{self.call.hex()}",
            "answer": None if self.answer is None else f"0x{self.answer.hex()}",
            **self.compared,
        }


def wanted_answer(case: AccountCase) -> bytes | None:
    """What the contract's call would return if its figures were the mirror's; None where that is not clear.

    Every figure that differs must stand in exactly one word of the answer.
    """
    revert = case.compared.get("mirror", {}).get("revert")
    if revert is not None:
        return bytes.fromhex(revert["data"].removeprefix("0x"))
    found = case.compared.get("differences", ())
    if case.answer is None or not found:
        return None
    answer = [case.answer[at : at + 32] for at in range(0, len(case.answer), 32)]
    words = list(answer)
    for one in found:
        if one["mirror"] is None or one["contract"] is None:
            return None
        theirs, ours = (_word(int(one[side])) for side in ("contract", "mirror"))
        if theirs is None or ours is None or answer.count(theirs) != 1:
            return None
        words[answer.index(theirs)] = ours
    return b"".join(words)


def write_account(folder: Path, stem: str, case: AccountCase) -> list[str]:
    """Write STEM.json, test_STEM.py and, where the wanted answer is clear, STEM.t.sol; gives their names."""
    folder.mkdir(parents=True, exist_ok=True)
    files = files_of(stem, case)
    for name, text in files.items():
        (folder / name).write_text(text)
    return list(files)


def files_of(stem: str, case: AccountCase) -> dict[str, str]:
    """The files by their names."""
    files = {
        f"{stem}.json": json.dumps(case.as_json(), indent=1) + "\n",
        f"test_{stem}.py": _pytest(stem, case),
    }
    answer = wanted_answer(case)
    if answer is not None and case.call is not None:
        about = [
            f"Account {plain(case.account)} of {plain(case.protocol)}: mirror and contract differ.",
            *(
                f"  {plain(one['figure'])}: the mirror says {one['mirror']}, the contract {one['contract']}"
                for one in case.compared.get("differences", ())
            ),
            "This fails as long as the contract does not do as the mirror does.",
        ]
        returns = "revert" not in case.compared.get("mirror", {})
        files[f"{stem}.t.sol"] = solidity(stem, about, Wanted(case.call, answer, returns), case.where)
    return files


def _pytest(stem: str, case: AccountCase) -> str:
    if case.address is None:
        deployment = 'Deployment.load(REPORT / "inputs" / "deployment.toml")'
    else:
        deployment = f"kind.at_address(view, {case.address!r})"
    text = _PYTEST.format(
        plain=plain(case.account),
        file=f"test_{stem}.py",
        stem=stem,
        protocol=case.protocol,
        block=case.where.block,
        chain_id=case.where.chain_id,
        account=json.dumps(case.account),
        deployment=deployment,
    )
    unused = "from vmargin.protocols.deployment import Deployment\n"
    return text if case.address is None else text.replace(unused, "")


def _word(number: int) -> bytes | None:
    """A number as the ABI encodes it."""
    if not -(1 << 255) <= number < 1 << 256:
        return None
    return (number % (1 << 256)).to_bytes(32, "big")
