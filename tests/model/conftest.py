"""Sets how many cases the property tests of this folder try."""

from tests.model.profiles import load_profile

load_profile()
