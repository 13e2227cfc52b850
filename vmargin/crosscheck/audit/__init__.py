"""An audit: every check that a plan asks for, and one document of what came of it."""
