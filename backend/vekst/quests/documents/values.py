"""The small values of quest files, read exactly: keys, texts, numbers, lengths of time, percents, dates."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Final, TypeAlias, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from vekst.domain.events import RecordedBy
from vekst.domain.periods import Window
from vekst.quests.documents.base import Document

__all__ = [
    "ABOVE_NONE",
    "AT_MOST_ALL",
    "BELOW_ALL",
    "DIFFERENT",
    "EARLIEST",
    "KEY_PATTERN",
    "LATEST",
    "LOCALE_PATTERN",
    "STEP_PATTERN",
    "Cap",
    "Day",
    "Duration",
    "EventKeys",
    "Instant",
    "Key",
    "Link",
    "Locale",
    "Number",
    "Percent",
    "Points",
    "Positive",
    "PositiveNumber",
    "Recorders",
    "Scalar",
    "Text",
    "Whole",
    "Within",
    "Words",
]

T = TypeVar("T")
KEY_PATTERN = r"^[a-z][a-z0-9]*([.-][a-z0-9]+)*$"
STEP_PATTERN = r"^[a-z0-9.-]+/[a-z0-9.-]+$"
LOCALE_PATTERN = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$"
_DURATION = re.compile(r"([0-9]{1,6}) ?(h|hours?|d|days?|w|weeks?)")
_DURATION_PATTERN = r"^[0-9]{1,6} ?(h|hours?|d|days?|w|weeks?)$"
EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
"""A slip of the pen lies outside; so near the ends of time, dates cannot be counted in every zone."""
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_LONGEST = timedelta(days=36_525)
_PERCENT = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?) ?%")
_PERCENT_PATTERN = r"^[0-9]{1,6}(\.[0-9]{1,6})? ?%$"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def _duration(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    length = int(match[1]) * _UNITS[match[2][0]] if match else None
    if length is None or not timedelta() < length <= _LONGEST:
        raise PydanticCustomError("BAD_DURATION", "not a length of time")
    return length


def _within(value: Any) -> timedelta | Window:
    if isinstance(value, str) and value in frozenset(Window):
        return Window(value)
    try:
        return _duration(value)
    except PydanticCustomError as error:
        raise PydanticCustomError("BAD_WITHIN", "neither a length of time nor a calendar window") from error


def _percent(value: Any) -> Fraction:
    if isinstance(value, Fraction):
        return value
    match = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise PydanticCustomError("BAD_PERCENT", "not a percentage")
    return Fraction(match[1]) / 100


def _day(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise PydanticCustomError("BAD_DATE", "no such date") from error
    raise PydanticCustomError("BAD_DATE", "not a date")


def _instant(value: Any) -> datetime:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        try:
            read = datetime.fromisoformat(value.upper())
        except ValueError as error:
            raise PydanticCustomError("BAD_INSTANT", "no such instant") from error
        if EARLIEST <= read <= LATEST:
            return read
    raise PydanticCustomError("BAD_INSTANT", "not an instant with an offset")


def _number(value: Any) -> int | Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise PydanticCustomError("WRONG_TYPE", "not a number", {"expected": "number"})
    return value


def _scalar(value: Any) -> str | bool | int | Decimal:
    if not isinstance(value, str | bool | int | Decimal):
        raise PydanticCustomError("WRONG_TYPE", "not a plain value", {"expected": "value"})
    return value


def _above_zero(value: int | Decimal) -> int | Decimal:
    if value <= 0:
        raise PydanticCustomError("greater_than", "must be above 0", {"gt": 0})
    return value


def _one_or_many(value: Any) -> Any:
    return value if isinstance(value, tuple) else (value,)


def _different(values: tuple[T, ...]) -> tuple[T, ...]:
    for index, value in enumerate(values):
        # A flag is not a number, though Python takes `true` for 1.
        if any(value == other and isinstance(value, bool) is isinstance(other, bool) for other in values[:index]):
            shown = str(value).lower() if isinstance(value, bool) else str(value)
            raise PydanticCustomError("DUPLICATE_VALUE", "stands twice", {"value": shown})
    return values


def _not_blank(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("EMPTY_TEXT", "nothing to read")
    return value


def _link(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+\S*", value):
        raise PydanticCustomError("BAD_LINK", "not a link")
    return value


DIFFERENT: Final = AfterValidator(_different)
"""No value of a list stands twice."""


def _below_all(share: Fraction) -> Fraction:
    if share >= 1:
        raise PydanticCustomError("NUMBER_OUT_OF_RANGE", "out of range", {"bound": "< 100%"})
    return share


def _above_none(share: Fraction) -> Fraction:
    if share <= 0:
        raise PydanticCustomError("NUMBER_OUT_OF_RANGE", "out of range", {"bound": "> 0%"})
    return share


def _at_most_all(share: Fraction) -> Fraction:
    if share > 1:
        raise PydanticCustomError("NUMBER_OUT_OF_RANGE", "out of range", {"bound": "≤ 100%"})
    return share


BELOW_ALL: Final = AfterValidator(_below_all)
AT_MOST_ALL: Final = AfterValidator(_at_most_all)
ABOVE_NONE: Final = AfterValidator(_above_none)
Key: TypeAlias = Annotated[str, Field(pattern=KEY_PATTERN, max_length=80)]
"""The name of something in a pack: lower-case words joined by `-` or `.`."""
Locale: TypeAlias = Annotated[str, Field(pattern=LOCALE_PATTERN)]
Words: TypeAlias = Annotated[str, Field(min_length=1, max_length=2_000), AfterValidator(_not_blank)]
Whole: TypeAlias = Annotated[int, Field(ge=0, le=1_000_000_000)]
Positive: TypeAlias = Annotated[int, Field(ge=1, le=1_000_000_000)]
Points: TypeAlias = Annotated[int, Field(ge=0, le=1_000_000)]
"""What a recognition is worth: whole, never negative."""
Number: TypeAlias = Annotated[int | Decimal, PlainValidator(_number), WithJsonSchema({"type": "number"})]
"""An exact number; a float never stands here."""
PositiveNumber: TypeAlias = Annotated[
    int | Decimal,
    PlainValidator(_number),
    AfterValidator(_above_zero),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0}),
]
Scalar: TypeAlias = Annotated[
    str | bool | int | Decimal, PlainValidator(_scalar), WithJsonSchema({"type": ["string", "boolean", "number"]})
]
"""One value of an event's data: a text, a flag or a number."""
Duration: TypeAlias = Annotated[
    timedelta, PlainValidator(_duration), WithJsonSchema({"type": "string", "pattern": _DURATION_PATTERN})
]
"""An elapsed length: `48h`, `7d`, `730 days`, `2 weeks`."""
Within: TypeAlias = Annotated[
    timedelta | Window,
    PlainValidator(_within),
    WithJsonSchema({"anyOf": [{"enum": [*Window]}, {"type": "string", "pattern": _DURATION_PATTERN}]}),
]
"""A rolling length of time, or a calendar window."""
Percent: TypeAlias = Annotated[
    Fraction, PlainValidator(_percent), WithJsonSchema({"type": "string", "pattern": _PERCENT_PATTERN})
]
"""`10%` as the exact fraction 1/10."""
Day: TypeAlias = Annotated[date, PlainValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Instant: TypeAlias = Annotated[
    datetime,
    PlainValidator(_instant),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]"}),
]
"""A moment with its offset from UTC."""
EventKeys: TypeAlias = Annotated[
    tuple[Key, ...],
    BeforeValidator(_one_or_many),
    Field(min_length=1),
    DIFFERENT,
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}),
]
"""One event type or a list of them; always a tuple here."""
Recorders: TypeAlias = Annotated[
    tuple[Annotated[RecordedBy, Field(strict=False)], ...],
    BeforeValidator(_one_or_many),
    Field(min_length=1),
    DIFFERENT,
    WithJsonSchema(
        {"anyOf": [{"enum": [*RecordedBy]}, {"type": "array", "items": {"enum": [*RecordedBy]}, "minItems": 1}]}
    ),
]
"""Who may have recorded an event: one, or a list of them."""
Link: TypeAlias = Annotated[str, Field(max_length=2_000), AfterValidator(_link)]


class Text(Document):
    """Words for people: one wording for every locale (`everywhere`), or one per locale (`by_locale`)."""

    everywhere: Words | None = None
    by_locale: Mapping[Locale, Words] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _from_words(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"everywhere": value}
        if isinstance(value, dict):
            return {"by_locale": value}
        raise PydanticCustomError("WRONG_TYPE", "not a text", {"expected": "text_or_locales"})

    def to(self, locale: str) -> str | None:
        """The wording in a locale; `None` where the author left it out."""
        return self.everywhere if self.everywhere is not None else self.by_locale.get(locale)

    def in_locales(self, locales: tuple[str, ...]) -> dict[str, str]:
        """The wording per locale, for those that have one."""
        return {locale: words for locale in locales if (words := self.to(locale)) is not None}


class Cap(Document):
    """No more than `times` in each window of the learner's local calendar."""

    times: Positive
    per: Annotated[Window, Field(strict=False)]
