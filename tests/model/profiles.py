"""How many cases property tests try: hundreds, the same in every run, in CI; many thousands at night; few a mutant."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

__all__ = ["load_profile"]

_CASES = {"ci": 500, "nightly": 20_000, "mutation": 60}


def load_profile() -> None:
    """Load the profile that `HYPOTHESIS_PROFILE` names, `ci` if none.

    Both are derandomised and keep no database, so that the same run twice gives the same result.
    """
    for name, cases in _CASES.items():
        settings.register_profile(
            name,
            max_examples=cases,
            derandomize=True,
            database=None,
            deadline=None,
            # Cases are drawn by seed, and a smaller seed is no smaller case: `smallest` shrinks instead.
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        )
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
