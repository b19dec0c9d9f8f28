"""The soak: half the highest rate for a long time, and everything that could grow is measured. `make soak` runs it."""
