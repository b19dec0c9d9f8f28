"""`python -m vekst`: the command line without its script."""

from vekst.cli import main

main()
