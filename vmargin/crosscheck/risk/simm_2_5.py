"""Equity delta parameters of ISDA SIMM, version 2.5 (effective 3 December 2022), 10-day horizon.

As published in "ISDA SIMM Methodology, version 2.5", sections G (risk weights, correlations) and J
(concentration thresholds).  The numbers are those of the published cases, which have them from
AcadiaSoft simm-lib (cefc23b), and agree one by one with Open Source Risk Engine's
simmconfigurationisdav2_5.cpp and simmconcentrationisdav2_5.cpp.  They stand here for conformance
tests; who margins by SIMM needs ISDA's licence.
"""

from __future__ import annotations

NAME = "simm25_equity_params"

# fmt: off
TABLE = {
    "rw": {"1": 26, "2": 28, "3": 34, "4": 28, "5": 23, "6": 25, "7": 29, "8": 27, "9": 32, "10": 32,
           "11": 18, "12": 18, "Residual": 34},
    "rho_intra_pct": [18, 23, 30, 26, 23, 35, 36, 33, 19, 20, 45, 45],
    "gamma_pct": [
        [100, 20, 20, 20, 13, 16, 16, 16, 17, 12, 18, 18],
        [20, 100, 25, 23, 14, 17, 18, 17, 19, 13, 19, 19],
        [20, 25, 100, 24, 13, 17, 18, 16, 20, 13, 18, 18],
        [20, 23, 24, 100, 17, 22, 22, 22, 21, 16, 24, 24],
        [13, 14, 13, 17, 100, 27, 26, 27, 15, 20, 30, 30],
        [16, 17, 17, 22, 27, 100, 34, 33, 18, 24, 38, 38],
        [16, 18, 18, 22, 26, 34, 100, 32, 18, 24, 37, 37],
        [16, 17, 16, 22, 27, 33, 32, 100, 18, 23, 37, 37],
        [17, 19, 20, 21, 15, 18, 18, 18, 100, 14, 20, 20],
        [12, 13, 13, 16, 20, 24, 24, 23, 14, 100, 25, 25],
        [18, 19, 18, 24, 30, 38, 37, 37, 20, 25, 100, 45],
        [18, 19, 18, 24, 30, 38, 37, 37, 20, 25, 45, 100],
    ],
    "delta_threshold_musd": {"1-4": 10, "5-8": 21, "9": "1.4", "10": "0.6", "11-12": 2100, "Residual": "0.6"},
}
"""In the form of the parameter set of this name: weights in USD per 1%, thresholds in USD m per 1%."""
# fmt: on
