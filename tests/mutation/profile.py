"""A pytest plugin that sets how many cases the property tests try for each mutant."""

from tests.model.profiles import load_profile

load_profile()
