"""SIMM's equity delta: the table that is carried, and QUAD of QUADs against the formula as written."""

from __future__ import annotations

from decimal import Decimal, localcontext
from random import Random

import pytest

from tests.crosscheck.published import BY_ID, PUBLISHED, case, changed
from vmargin.crosscheck.risk import simm_2_5
from vmargin.crosscheck.risk.given import Given
from vmargin.crosscheck.risk.simm import table_of

EQUITIES = BY_ID[simm_2_5.NAME]


def test_the_published_table_of_simm_is_the_one_that_is_carried(judge):
    assert table_of(Given(EQUITIES["expected"], "")) == table_of(Given(simm_2_5.TABLE, ""))
    cases = [c for c in PUBLISHED if c["kind"] == "simm_equity_delta"]
    assert len(cases) == 41
    assert {c.verdict for c in judge(*cases).values()} == {"passed"}


def test_a_file_may_bring_other_parameters_of_simm(judge):
    own = changed(EQUITIES, "expected", ("rw", "1"), 52, "with its own weights")
    own["input"] = {"parameter_set": "another version"}
    twice = changed(BY_ID["simm25_C165"], "expected", ("total",), 2 * 156000000, "")
    assert judge(own, twice)[twice["id"]].verdict == "passed"
    other = own | {"id": "third", "input": {"parameter_set": "a third version"}}
    assert "several tables" in judge(own, other, twice)[twice["id"]].reason


def by_the_book(rows):
    """The formula of SIMM as it is written, to 60 digits."""
    table, total = simm_2_5.TABLE, Decimal(0)
    thresholds = (
        dict.fromkeys("1234", 10) | dict.fromkeys("5678", 21) | {"9": Decimal("1.4"), "10": Decimal("0.6")}
    )
    thresholds |= {"11": 2100, "12": 2100, "Residual": Decimal("0.6")}
    for product_class in {row["product_class"] for row in rows}:
        margins, sums = {}, {}
        for bucket in table["rw"]:
            net = {}
            for row in rows:
                if (row["product_class"], row["bucket"]) == (product_class, bucket):
                    net[row["qualifier"]] = net.get(row["qualifier"], 0) + Decimal(row["amount"])
            risk = [max(Decimal(1), (abs(s) / thresholds[bucket] / 10**6).sqrt()) for s in net.values()]
            weighted = [table["rw"][bucket] * s * cr for s, cr in zip(net.values(), risk, strict=True)]
            rho = 0 if bucket == "Residual" else Decimal(table["rho_intra_pct"][int(bucket) - 1]) / 100
            square = Decimal(0)
            for i, a in enumerate(weighted):
                for j, b in enumerate(weighted):
                    f = min(risk[i], risk[j]) / max(risk[i], risk[j])
                    square += a * a if i == j else rho * f * a * b
            margins[bucket] = square.sqrt()
            sums[bucket] = max(-margins[bucket], min(margins[bucket], sum(weighted)))
        square = sum(k * k for b, k in margins.items() if b != "Residual")
        for i in range(12):
            for j in range(12):
                if i != j:
                    gamma = Decimal(table["gamma_pct"][i][j]) / 100
                    square += gamma * sums[str(i + 1)] * sums[str(j + 1)]
        total += square.sqrt() + margins["Residual"]
    return total


@pytest.mark.parametrize("seed", range(12))
def test_quad_of_quads_is_simm_by_the_book(judge, seed):
    random = Random(seed)
    buckets = random.sample(list(simm_2_5.TABLE["rw"]), random.randint(1, 6))
    rows = [
        {
            "product_class": random.choice(["Equity", "Credit"]),
            "bucket": random.choice(buckets),
            "qualifier": f"name {random.randrange(8)}",
            "amount": format(Decimal(random.randint(-(10**9), 10**9)).scaleb(random.randint(-4, 2)), "f"),
        }
        for _ in range(random.randint(1, 30))
    ]
    with localcontext(prec=60):
        total = by_the_book(rows)
    close = {"mode": "rel", "value": "1e-15"}
    (result,) = judge(
        case("simm_equity_delta", {"sensitivities": rows}, {"total": str(total)}, close)
    ).values()
    assert (result.verdict, result.differences) == ("passed", [])
