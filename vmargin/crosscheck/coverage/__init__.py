"""What a sample of cases reaches of a mirror: functions, branches, boundaries, remainders, overflows."""

from vmargin.crosscheck.coverage.coverage import coverage
from vmargin.crosscheck.coverage.report import Coverage, CoveredSite

__all__ = ["Coverage", "CoveredSite", "coverage"]
