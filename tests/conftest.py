"""Shared by all tests: Hypothesis without deadlines, derandomized where CI asks for it."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "archived",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("archived")
