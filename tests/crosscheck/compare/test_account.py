"""What becomes of one account: every sort of answer on either side, from a deployed contract."""

from __future__ import annotations

import pytest

from tests.crosscheck.compare.shares import Shares, deployed
from vmargin.crosscheck.compare import Compared, Difference, Status, compare
from vmargin.crosscheck.compare.account import differences
from vmargin.protocols.base import Margin
from vmargin.protocols.verdict import Verdict
from vmargin.solidity.reverts import Empty, Panic

BIG = 2**256 - 1


class RoundsUp(Shares):
    @classmethod
    def answer(cls, state):
        return {"share": -(-int(state.x) // int(state.y)) if state.y != 0 else 0}


class OtherRevert(Shares):
    @classmethod
    def answer(cls, state):
        if state.y == 0:
            raise Empty()
        raise Panic(0x12)


class Fails(Shares):
    @classmethod
    def margin(cls, state):
        raise TypeError("no number")


class Floats(Shares):
    @classmethod
    def answer(cls, state):
        return {"share": float(state.x / state.y)}


class LacksIt(Shares):
    @classmethod
    def answer(cls, state):
        return {"part": 1}


class DoesNotCover(Shares):
    @classmethod
    def margin(cls, state):
        return Margin(cls.name, state.account, {}, Verdict.unknown("fractions are not mirrored"))


@pytest.fixture
def judge(house, shapes):
    def judge(account: str, kind: type[Shares] = Shares) -> Compared:
        (one,) = compare(
            deployed(shapes, house.chain.chain_id, kind=kind), house.chain.at(), [account]
        ).accounts
        assert Compared.from_json(one.as_json()) == one
        return one

    return judge


def test_the_same_integer_is_equal(judge):
    assert judge("7/2") == Compared("7/2", Status.EQUAL)
    assert judge(f"{BIG}/1").status is Status.EQUAL


def test_another_integer_is_named_with_both_and_their_difference(judge):
    one = judge("7/2", RoundsUp)
    assert (one.status, one.differences) == (Status.DIFFERS, (Difference("share", 4, 3),))
    assert one.differences[0].by == 1
    assert judge("8/2", RoundsUp).status is Status.EQUAL


def test_the_same_revert_is_equal_and_shown(judge):
    one = judge("7/0")
    assert one.status is Status.EQUAL
    assert one.contract["revert"]["error"] == "Panic(0x12)"
    assert one.mirror == one.contract
    ((text,),) = one.rows()
    assert text.startswith("both: it reverts with Panic(0x12), data 0x4e487b71")


def test_another_revert_differs_by_its_data(judge):
    one = judge("7/0", OtherRevert)
    assert one.status is Status.DIFFERS
    assert one.mirror == {"revert": {"error": "Empty", "data": "0x"}}
    assert one.contract["revert"]["error"] == "Panic(0x12)"


def test_a_value_against_a_revert_differs_both_ways(judge):
    one = judge("7/0", RoundsUp)
    assert (one.status, one.mirror) == (Status.DIFFERS, {"figures": {"share": "0"}})
    assert "revert" in one.contract
    other = judge("7/2", OtherRevert)
    assert other.status is Status.DIFFERS
    assert (other.mirror["revert"]["error"], other.contract) == ("Panic(0x12)", {"figures": {"share": "3"}})


def test_a_halt_is_never_equal_and_never_different(judge):
    for kind in (Shares, Fails, OtherRevert):
        one = judge("0/1", kind)
        assert one.status is Status.UNKNOWN
        assert one.reason.startswith("the contract halts: ")


def test_what_cannot_be_read_is_unknown(judge):
    one = judge("0/2")
    assert one.status is Status.UNKNOWN
    assert "bytes that are no (bool)" in one.reason


def test_a_mirror_that_fails_differs_with_what_it_raised(judge):
    one = judge("7/2", Fails)
    assert one.status is Status.DIFFERS
    assert one.mirror == {"failure": "TypeError: no number"}
    assert [row[0] for row in one.rows()] == [
        "the mirror fails with TypeError: no number",
        "the contract says share 3",
    ]


def test_a_float_is_no_figure_though_it_be_equal(judge):
    one = judge("8/2", Floats)
    assert (one.status, one.mirror) == (Status.DIFFERS, {"failure": "share = 4.0, which is no integer"})


def test_a_figure_that_a_side_lacks_differs(judge):
    assert judge("7/2", LacksIt).differences == (Difference("share", None, 3), Difference("part", 1, None))


def test_what_the_mirror_does_not_cover_is_unknown_for_its_reason(judge):
    one = judge("7/2", DoesNotCover)
    assert (one.status, one.reason) == (Status.UNKNOWN, "fractions are not mirrored")


def test_tuples_are_compared_by_place_and_length():
    found = list(differences({"a": (1, 2, 3), "b": 5}, {"a": (1, 4), "b": (5,)}))
    assert found == [
        Difference("a.length", 3, 2),
        Difference("a[1]", 2, 4),
        Difference("a[2]", 3, None),
    ]


def test_a_terminal_is_given_no_commands():
    ending = {"revert": {"error": "Error(\x1b[2J)", "data": "0x"}}
    one = Compared("1", Status.DIFFERS, (), {"figures": {"share": "1"}}, ending)
    assert all(cell.isprintable() for row in one.rows() for cell in row)
