"""The encryption against the example of its standard, and the key of who sends."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.support.push_service import Browser
from vekst.push import Keys, SenderKey, encrypt
from vekst.push.base64url import decoded, encoded
from vekst.push.encryption import PAYLOAD_AT_MOST

# RFC 8291, appendix A.
PUBLIC = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
SEALED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_the_standard() -> None:
    private = ec.derive_private_key(int.from_bytes(decoded(SENDER), "big"), ec.SECP256R1())
    message = b"When I grow up, I want to be a watermelon"
    assert encoded(encrypt(message, Keys.read(PUBLIC, AUTH), private=private, salt=decoded(SALT))) == SEALED


def test_no_two_bodies_are_alike_and_only_the_browser_reads_them() -> None:
    browser = Browser("https://push.example.com/1")
    keys = Keys.read(**browser.keys)
    one, other = encrypt(b'{"title": "A badge"}', keys), encrypt(b'{"title": "A badge"}', keys)
    assert browser.read(one) == browser.read(other) == {"title": "A badge"}
    assert one[:16] != other[:16]
    assert one[21:86] != other[21:86]
    assert len(encrypt(b"x" * PAYLOAD_AT_MOST, keys)) <= 4096
    with pytest.raises(ValueError, match="at most"):
        encrypt(b"x" * (PAYLOAD_AT_MOST + 1), keys)


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", ""),
        (PUBLIC, ""),
        (PUBLIC, AUTH[:-2]),
        (PUBLIC[:-2], AUTH),
        ("B" + "A" * 86, AUTH),
        ("not base64!", AUTH),
        ("ø" * 87, AUTH),
    ],
)
def test_what_is_no_key_is_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(ValueError, match="not the keys of a subscription"):
        Keys.read(p256dh, auth)


def test_a_key_is_written_and_read_again_and_signs_for_one_push_service_at_a_time() -> None:
    key = SenderKey.new()
    again = SenderKey.read(key.private)
    assert again.public == key.public
    assert SenderKey.new().public != key.public
    header = again.authorization("https://push.example.com", "mailto:us@example.com")
    assert header == again.authorization("https://push.example.com", "mailto:us@example.com")
    token, public = header.removeprefix("vapid t=").split(", k=")
    assert public == key.public
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(public))
    claims = jwt.decode(token, ECKey.import_key(point), algorithms=["ES256"]).claims
    assert (claims["aud"], claims["sub"]) == ("https://push.example.com", "mailto:us@example.com")
    assert again.authorization("https://other.example.com", "mailto:us@example.com") != header
    with pytest.raises(ValueError, match="32 bytes"):
        SenderKey.read(key.private[:-4])
