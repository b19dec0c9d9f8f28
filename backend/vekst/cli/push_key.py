"""`vekst push-key`: a key for pushes, made once for an installation."""

from __future__ import annotations

from vekst.cli.options import AsJson, new_app

__all__ = ["app"]

app = new_app()


@app.command("push-key", short_help="Make a key for pushes.", epilog="Example: vekst push-key")
def push_key(as_json: AsJson = False) -> None:
    """Make the key by which push services know this installation, and print it as a setting; nothing is kept.

    Devices subscribe with its public half: another key later leaves them without pushes until they subscribe again.
    """
    from vekst.cli.answers import answer
    from vekst.push import SenderKey

    key = SenderKey.new()
    document = {"privateKey": key.private, "publicKey": key.public}
    answer(as_json, document, f"VEKST_PUSH_PRIVATE_KEY={key.private}")
