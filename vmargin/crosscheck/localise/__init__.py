"""Where a mirror and a contract part: both runs lined up by what they compute, to a line on either side."""

from vmargin.crosscheck.localise.divergence import Divergence
from vmargin.crosscheck.localise.localising import localise, localise_steps
from vmargin.crosscheck.localise.mirror_run import MirrorRun, run_mirror

__all__ = ["Divergence", "MirrorRun", "localise", "localise_steps", "run_mirror"]
