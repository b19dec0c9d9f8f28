"""One effect: every mutation sent twice, and both sides of every race at once."""
