"""Web Push: messages to a browser or an app that is closed, encrypted for it alone (RFC 8030, 8291 and 8292)."""

from vekst.push.encryption import Keys, encrypt
from vekst.push.sending import Delivery, Outcome, WebPush
from vekst.push.vapid import SenderKey

__all__ = ["Delivery", "Keys", "Outcome", "SenderKey", "WebPush", "encrypt"]
