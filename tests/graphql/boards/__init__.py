"""Boards over everything that moves them, against a sort done by hand."""
