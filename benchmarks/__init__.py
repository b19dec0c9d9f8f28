"""Measures Vekst against what the machine can do: floors and our own code in the same run, in turn, told as ratios."""
