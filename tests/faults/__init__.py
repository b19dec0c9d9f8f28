"""The fault program: many clients send while everything they depend on is struck; then all of it is compared.

`make faults SEED=7 MINUTES=3` runs it; `docs/reliability.md` tells what it does and what it has found.
"""
