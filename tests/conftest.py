"""What holds for all tests."""

import os

from hypothesis import settings

pytest_plugins = ["tests.machines.summary", "tests.machines.policy", "tests.screens.drawn_with"]

# The same examples in every run: a red build must be red again when somebody looks into it.
settings.register_profile("reproducible", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("reproducible" if "CI" in os.environ else "default")
