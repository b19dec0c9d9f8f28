"""Peers: GraphQL servers that a team would pick instead, with the same data and the same fields, if Node is there."""
