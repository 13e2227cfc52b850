"""Which solver answers each kind of case, and what the kinds hold that no room answers yet."""

from __future__ import annotations

from typing import NamedTuple

from vmargin.crosscheck.risk import defaults, deribit, paradex, pricing, scan, shortfall, simm
from vmargin.crosscheck.risk.given import Given, Solver

ROOMS_TO_COME = ("risk", "protocols/derive_v2")
"""What `needs` may name beside `margin`; these are not built."""

SOLVERS: dict[str, Solver] = {
    "bsm_price": pricing.bsm_price,
    "black76_price": pricing.black76_price,
    "bsm_greek": pricing.bsm_greek,
    "span_scan": scan.span,
    "expiry_payoff": scan.expiry_payoff,
    "linear_scan": scan.future_scan,
    "deribit_pm_simulate": deribit.simulate,
    "simm_equity_delta": simm.equity_delta,
    "simm_risk_class": simm.risk_class,
    "paradex_xm_totals": paradex.totals,
    "paradex_xm_orders": paradex.orders,
    "waterfall_layers": defaults.waterfall_layers,
    "vmgh_pro_rata": defaults.vmgh_pro_rata,
    "vmgh_integer": defaults.vmgh_integer,
    "adl_rank": defaults.adl_rank,
    "discrete_es": shortfall.discrete_es,
}

TEXTS = {
    "expiry_payoff": {"collateral"},
    "derive_pmrm2": {"worst"},
}
"""Fields that hold text; of kinds that are not solved here any field may."""


class Unsolved(NamedTuple):
    """The input of a kind without a solver, and why it has none where no room is to come."""

    numbers: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    reason: str = "no rule of the four dials has this"

    def require(self, given: Given) -> None:
        """Refuse an input that lacks a key, a number or a text."""
        for key in self.numbers:
            given.number(key)
        for key in self.others:
            given.any(key)
        for key in self.texts:
            given.text(key)


UNSOLVED = {
    "parameter_set": Unsolved(texts=("parameter_set",), reason="parameters are nothing to compute"),
    "derive_pmrm2": Unsolved(others=("params_diff", "scenario"), texts=("params_diff_from",)),
    "dutch_auction": Unsolved(("mtm", "mm", "buffer_pct", "discount", "reserved_cash")),
    "traffic_light_bounds": Unsolved(("T", "p")),
    "traffic_light_table": Unsolved(("T", "p"), ("rule",)),
    "kupiec_pof": Unsolved(("T", "x", "p")),
    "kupiec_region": Unsolved(("level", "chi2_1")),
    "christoffersen_ind": Unsolved(("T", "alpha"), ("exceptions",)),
    "acerbi_szekely_z2": Unsolved(("T", "alpha", "paths"), ("sig",)),
    "var_es_student_t": Unsolved(others=("dist",)),
    "var_es_normal": Unsolved(others=("dist",)),
    "es_conventions": Unsolved(
        others=("pnl",), reason="the rule has one definition of shortfall, not several"
    ),
    "settlement_decay": Unsolved(
        ("delta", "mark", "elapsed_min", "window_min"),
        reason="no dial decays an exposure within a settlement window: prices move whole until expiry",
    ),
}
