"""What nobody should send: values, texts and bytes that have brought down other programs; all by a seeded chance."""

from __future__ import annotations

import json
import math
from functools import cache
from random import Random
from typing import Any, Final

__all__ = ["NUMBERS", "TEXTS", "as_json", "bomb", "nasty", "nasty_text", "spoiled"]

TEXTS: Final = (
    "",
    " ",
    "\0",
    "kari\0",
    "\ud800",
    "\udfff\ud800",
    "\ufeff",
    "\ufffe\uffff",
    "\u202egnp.exe",
    "e\u0301" * 300,
    "\x1b[31m\x07\x08",
    "\r\nSet-Cookie: a=b",
    "../../../../etc/passwd",
    "..\\..\\boot.ini",
    "/dev/zero",
    "file:///etc/passwd",
    "C:con",
    "~root",
    "' OR 1=1 --",
    '"; DROP TABLE people; --',
    "$(reboot)",
    "`id`",
    "%s%n%x%p",
    "%00%2e%2e",
    "{0.__class__}",
    "{{7*7}}${7*7}",
    "<script>alert(1)</script>",
    "<!ENTITY x SYSTEM 'file:///etc/passwd'>",
    "NaN",
    "Infinity",
    "null",
    "true",
    "-0",
    "1e999999999",
    "0x7fffffffffffffff",
    "9" * 400,
    "1" + "0" * 5_000,
    "\U0010ffff" * 100,
    "2026-02-30",
    "0000-00-00T00:00:00Z",
    "9999-12-31T23:59:60+99:99",
    "-271821-04-20",
    "2026-06-01T12:00:00",
    "P99999999999D",
    "Europe/../Oslo",
    "org",
    "vekst.voided",
    "__proto__",
    "constructor",
    "=cmd|' /C calc'!A0",
    "١٢٣",
    "²",
)
NUMBERS: Final = (
    0,
    -1,
    1,
    2**31,
    -(2**31) - 1,
    2**53 + 1,
    2**63,
    -(2**63) - 1,
    2**64,
    10**400,
    1.5,
    -0.0,
    5e-324,
    1e308,
    math.nan,
    math.inf,
    -math.inf,
)
_BYTES: Final = (
    b"\0",
    b"\xff",
    b"\xfe\xff",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\x1f\x8b\x08\x00",
    b"PK\x03\x04",
    b"\r\n\r\n",
    b'"',
    b"'",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\\u0000",
    b"\\ud800",
    b"NaN",
    b"1e999",
    b"&a",
    b"*a",
    b"<<: ",
    b"!!python/object/apply:os.system",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"#" * 64,
    b"$a:",
    b"@skip(if:",
    b"...",
    b"-" * 40,
)
_DEEP: Final = (4, 16, 70, 300, 2_000)


def nasty_text(chance: Random) -> str:
    """A text that is seldom expected; now and then a very long one."""
    if chance.random() < 0.05:
        return chance.choice(("a", "é", "\u202e", "\0", "🌱")) * chance.choice((81, 201, 1_001, 1_001, 20_000))
    if chance.random() < 0.2:
        return "".join(chr(chance.choice((chance.randrange(128), chance.randrange(0x110000)))) for _ in range(12))
    return chance.choice(TEXTS)


def nasty(chance: Random) -> Any:
    """A value of JSON (and a little beyond it) of a type and size that is seldom expected."""
    match chance.randrange(10):
        case 0 | 1 | 2:
            return nasty_text(chance)
        case 3 | 4:
            return chance.choice(NUMBERS)
        case 5:
            return chance.choice((None, True, False))
        case 6:
            return [nasty_text(chance) for _ in range(600 if chance.random() < 0.03 else chance.choice((0, 1, 3)))]
        case 7:
            return {
                nasty_text(chance): chance.choice(NUMBERS)
                for _ in range(300 if chance.random() < 0.03 else chance.choice((0, 1, 3)))
            }
        case 8:
            return _nested(chance)
        case _:
            return [[], {}, [None], {"": None}, [[[]]]][chance.randrange(5)]


def _nested(chance: Random) -> Any:
    value: Any = chance.choice(NUMBERS)
    # Deeper ones are written as text by `bomb`: what writes JSON here is no deeper than Python itself.
    for _ in range(chance.choice(_DEEP[:4])):
        value = [value] if chance.random() < 0.5 else {"a": value}
    return value


def bomb(chance: Random) -> bytes:
    """A text of JSON that costs much more to read than to send."""
    match chance.randrange(7):
        case 0:
            depth = chance.choice((*_DEEP, 100_000))
            return b'{"query":"{me{id}}","variables":' + b'{"a":' * depth + b"1" + b"}" * depth + b"}"
        case 1:
            return b"[" * chance.choice((*_DEEP, 400_000))
        case 2:
            return _wide()
        case 3:
            return b'{"query":"' + b"{a" * chance.choice(_DEEP) + b'"}'
        case 4:
            return b'{"query":"query(' + b"$a:[" * chance.choice(_DEEP) + b'"}'
        case 5:
            return b'{"query":"{me{id}}","variables":{"a":' + b"9" * chance.choice((5_000, 300_000)) + b"}}"
        case _:
            return _doubling()


@cache
def _wide() -> bytes:
    return b'{"query":"{me{id}}","variables":{' + b",".join(b'"%d":0' % n for n in range(60_000)) + b"}}"


@cache
def _doubling() -> bytes:
    fragments = "".join(f"fragment f{n} on Query{{...f{n + 1} ...f{n + 1}}}" for n in range(60))
    return json.dumps({"query": "{...f0} " + fragments + "fragment f60 on Query{me{id}}"}).encode()


def as_json(value: Any) -> bytes:
    """The value as JSON has it; what JSON has no word for as other programs write it."""
    try:
        return json.dumps(value, ensure_ascii=True, allow_nan=True).encode()
    except RecursionError:
        # Faults in faults may nest deeper than the writer here can go; it is the reader that is to be tried.
        return b"[" * 1_500 + b"]" * 1_500


def spoiled(chance: Random, content: bytes) -> bytes:
    """The bytes with one to four faults in them."""
    for _ in range(chance.randrange(1, 5)):
        content = _spoiled_once(chance, content)
    return content


def _spoiled_once(chance: Random, content: bytes) -> bytes:
    at = chance.randrange(len(content) + 1)
    until = min(len(content), at + chance.choice((1, 1, 2, 8, 64)))
    match chance.randrange(8):
        case 0 | 1:
            return content[:at] + chance.choice(_BYTES) + content[at:]
        case 2:
            return content[:at] + content[until:]
        case 3:
            return content[:at] + content[at:until] * chance.choice((2, 3, 50)) + content[until:]
        case 4:
            return content[:at]
        case 5:
            return content[:at] + bytes((chance.randrange(256),)) + content[at + 1 :]
        case 6:
            return content[:at] + chance.choice(_BYTES) + content[until:]
        case _:
            text = nasty_text(chance).encode("utf-8", "surrogatepass")
            return content[:at] + text[:2_000] + content[until:]
