"""Who is signed in: bearer tokens of a real issuer, or of the local one in development; never of both."""

from vekst.tokens.development import DEVELOPMENT_ISSUER, DevelopmentIssuer
from vekst.tokens.remote import RemoteIssuer
from vekst.tokens.verification import AUDIENCE, ClaimNames, KeySetVerifier

__all__ = ["AUDIENCE", "DEVELOPMENT_ISSUER", "ClaimNames", "DevelopmentIssuer", "KeySetVerifier", "RemoteIssuer"]
