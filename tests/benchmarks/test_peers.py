"""The benchmarks' peers compute the same; how long they take is for `make bench` to say."""

from __future__ import annotations

import pytest

from benchmarks import black76, checked_types, first_answer, mul_div, start_up
from benchmarks.black76_plain import black76 as plain_black76
from benchmarks.timing import Disagreement, Peer, Times, measure, require_agreement


def test_black76() -> None:
    peers = black76.peers(96, 64)
    assert len(peers) == 5
    require_agreement(peers)


@pytest.mark.parametrize("subject", mul_div.SUBJECTS, ids=lambda subject: subject.title)
def test_mul_div(subject: mul_div.Subject) -> None:
    for kind in (mul_div.SMALL, mul_div.ORDINARY, *([mul_div.WIDE] if subject.wide else [])):
        require_agreement(mul_div.peers(subject, kind, 96, 64))


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [(mul_div.SMALL, 0, 128), (mul_div.ORDINARY, 128, 256), (mul_div.WIDE, 256, 512)],
)
def test_products_are_of_the_size_that_their_name_says(kind: str, low: int, high: int) -> None:
    wad = 10**18
    for x, y, d in mul_div.rows(kind, 2_000):
        products = [x * y] if kind == mul_div.WIDE else [x * y, x * wad]
        assert all(2**low < product < 2**high for product in products)
        assert x * y // min(d, wad) < 2**256


@pytest.mark.parametrize("title", checked_types.SUBJECTS)
def test_checked_types(title: str) -> None:
    require_agreement(checked_types.peers(title, 64))


def test_a_second_process() -> None:
    parts = start_up.start(list(plain_black76(*first_answer.OPTION)))
    assert len(parts) == 5
    assert all(seconds > 0 for seconds in parts.values())


def test_peers_that_differ_are_not_measured() -> None:
    right = Peer("right", 3, lambda: [1, 2, 3])
    shorter = Peer("shorter", 2, lambda: [1, 2])
    wrong = Peer("wrong", 3, lambda: [1, 2, 4])
    cut = Peer("cut", 3, lambda: [1, 2])
    assert set(measure([right, shorter], rounds=2).rounds) == {"right", "shorter"}
    for peer in (wrong, cut):
        with pytest.raises(Disagreement, match=peer.name):
            measure([right, peer], rounds=2)


def test_a_ratio_is_the_median_of_the_rounds() -> None:
    times = Times({"slow": [10.0, 90.0, 20.0], "fast": [1.0, 3.0, 4.0]})
    assert times.ratio("slow", "fast") == 10.0
    assert times.best("slow") == 10.0
    assert times.median("slow") == 20.0
