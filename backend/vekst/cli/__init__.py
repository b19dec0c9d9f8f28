"""The command line: one module per group of commands, each of which imports the app only when it runs."""

from vekst.cli.root import main

__all__ = ["main"]
