"""How much the property tests try: 50 examples at the desk, 60 the same ones each time in CI, 2000 in `make proof`."""

import os

from hypothesis import HealthCheck, settings

# machines differ in speed: time is watched over the whole run, never for one example
_COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}

settings.register_profile("dev", max_examples=50, **_COMMON)
settings.register_profile("ci", max_examples=60, derandomize=True, database=None, print_blob=True, **_COMMON)
settings.register_profile("proof", max_examples=2000, print_blob=True, **_COMMON)


def _profile() -> str:
    if os.environ.get("GEP_PROOF") == "full":
        return "proof"
    return "ci" if os.environ.get("CI") else "dev"


settings.load_profile(_profile())
