"""Where a kernel rounds, whom that favours, and how far it is off: searched by the shadow reading."""

from vmargin.crosscheck.rounding.distribution import Distribution
from vmargin.crosscheck.rounding.errors import OutputErrors
from vmargin.crosscheck.rounding.report import RoundingReport
from vmargin.crosscheck.rounding.rounding import rounding
from vmargin.crosscheck.rounding.sites import SiteRounding

__all__ = ["Distribution", "OutputErrors", "RoundingReport", "SiteRounding", "rounding"]
