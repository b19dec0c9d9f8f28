"""Mutation testing of the core: the share of small seeded faults that the tests of `engine/` and `domain/` notice."""
