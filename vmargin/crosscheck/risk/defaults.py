"""Who bears a default: layers of a waterfall, the gains haircut, and the queue for deleveraging."""

from __future__ import annotations

from fractions import Fraction

from vmargin.crosscheck.risk.given import Answer, Case, InexpressibleError, as_list, as_number, as_text
from vmargin.crosscheck.risk.numbers import unit
from vmargin.crosscheck.risk.words import unrounded, wad, word
from vmargin.errors import UsageError
from vmargin.fixedpoint.solady.general_numbers import fullMulDiv
from vmargin.margin.house.queue import order, score
from vmargin.margin.house.waterfall import haircut, layers
from vmargin.solidity.arrays import Scratch, Words
from vmargin.solidity.integers import int256, uint256

ADL_RULE = "score=max(0,pnl%)*1/max(MMR,MR)"


def waterfall_layers(case: Case) -> Answer:
    """Each layer up to its size, in order."""
    names = [key for key in ("loss", "loss_after_defaulter_resources") if key in case.given]
    if len(names) != 1:
        raise UsageError(f"{case.given.where}: expected one of loss and loss_after_defaulter_resources")
    loss = case.given.amount(names[0])
    sizes = []
    for i, row in enumerate(case.given.items("layers")):
        where = f"{case.given.where}.layers[{i}]"
        cells = as_list(row, where)
        if len(cells) != 2:
            raise UsageError(f"{where}: expected a name and a size")
        as_text(cells[0], where)
        sizes.append(as_number(cells[1], where))
    if not sizes or min(sizes) < 0:
        raise InexpressibleError("no layer, or one below zero")
    parts = unit(loss, *sizes)
    used = Scratch(uint256, len(sizes))
    capacities = Words(uint256, [word(size, parts, "the size") for size in sizes])
    shortfall = layers(uint256(word(loss, parts, "the loss")), capacities, used)
    took = [Fraction(int(u), parts) for u in used]
    answer: Answer = {
        "used": took,
        "shortfall": Fraction(int(shortfall), parts),
        "remaining_fund": sizes[-1] - took[-1],
    }
    if sizes[-1]:
        answer["fund_haircut_exact"] = took[-1] / sizes[-1]
    return answer


def vmgh_pro_rata(case: Case) -> Answer:
    """Gains cut in proportion, exactly."""
    cuts, gains = _exact_cuts(case)
    won = sum((g for g in gains if g > 0), Fraction(0))
    return {
        "haircut": sum(cuts, Fraction(0)) / won if won else Fraction(0),
        "paid": [gain - cut for gain, cut in zip(gains, cuts, strict=True)],
    }


def vmgh_integer(case: Case) -> Answer:
    """Gains cut in whole units: the largest remainders are rounded up, ties by index."""
    cuts, gains = _exact_cuts(case)
    loss = case.given.amount("residual_loss")
    won = sum(word(g, 1, "the gain") for g in gains if g > 0)
    borne = uint256(min(word(loss, 1, "the loss"), won))
    floors = [int(fullMulDiv(borne, uint256(max(0, int(g))), uint256(won or 1))) for g in gains]
    return {
        "cuts_exact": cuts,
        "cuts_floor": floors,
        "cuts_largest_remainder_index_tie": _cuts(loss, gains, 1),
    }


def _exact_cuts(case: Case) -> tuple[list[Fraction], list[Fraction]]:
    """In a unit in which every share is whole: then none is rounded."""
    loss, gains = case.given.amount("residual_loss"), case.given.numbers("gains")
    won = sum((g for g in gains if g > 0), Fraction(0))
    fine = unit(loss, *gains)
    parts = fine * max(1, word(won, fine, "the gains"))
    return [Fraction(cut, parts) for cut in _cuts(loss, gains, parts)], gains


def _cuts(loss: Fraction, gains: list[Fraction], parts: int) -> list[int]:
    n = len(gains)
    used = Scratch(uint256, n)
    haircut(
        uint256(word(loss, parts, "the loss")), Words(int256, [word(g, parts, "the gain") for g in gains]),
        Scratch(uint256, n), used, Scratch(uint256, n),
    )  # fmt: skip
    return [int(u) for u in used]


def adl_rank(case: Case) -> Answer:
    """Scores, and the places of those above zero, highest first."""
    if "".join(case.given.text("rule").split()) != ADL_RULE:
        raise InexpressibleError(f"another rule than {ADL_RULE}")
    words, exact = [], []
    for account in case.given.objects("accounts"):
        long = account.choice("side", "long", "short") == "long"
        entry, index, ratio, least = (account.amount(key) for key in ("entry", "index", "MR", "MMR"))
        ratio_word, least_word = wad(ratio, "MR"), wad(least, "MMR")
        found = score(
            long, uint256(wad(entry, "the entry")), uint256(wad(index, "the index")),
            uint256(ratio_word), uint256(least_word),
        )  # fmt: skip
        words.append(found)
        gain = max(Fraction(0), index - entry if long else entry - index)
        # where the gain is above zero the kernel has divided by both
        exact.append(unrounded(gain / (entry * max(ratio, least)) if gain else gain, int(found)))
    places = Scratch(uint256, len(words))
    count = int(order(Words(uint256, words), places))
    return {"scores": exact, "queue": [int(p) for p in places][:count]}
