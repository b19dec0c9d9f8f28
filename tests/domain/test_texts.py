from __future__ import annotations

import pytest

from vekst.domain.errors import InvalidInput, NotAllowed, NotFound, NotSignedIn, TooMany, VekstError
from vekst.domain.texts import LOCALES, codes, cure, sources, text


def test_every_sentence_of_a_code_is_for_translators_and_its_cure_too() -> None:
    assert {context.removesuffix(" cure") for context in sources()} == codes()
    assert sources()["UNKNOWN_TYPE cure"] == "Did you mean `{nearest}`?"


def test_a_sentence_is_filled_in_and_what_was_not_given_shows_as_an_ellipsis() -> None:
    assert text("UNKNOWN_TYPE", "en", type="cal") == "The quest files have no event type `cal`."
    assert text("UNKNOWN_TYPE", "nb", type="cal") == "Oppdragsfilene har ingen hendelsestype `cal`."
    assert text("UNKNOWN_TYPE", "en", type=None) == "The quest files have no event type `…`."
    assert text("UNKNOWN_TYPE", "en") == text("UNKNOWN_TYPE", "de", type=None)


def test_a_cure_is_given_only_if_it_can_be_said_whole() -> None:
    assert cure("UNKNOWN_TYPE", "en", nearest="call") == "Did you mean `call`?"
    assert cure("UNKNOWN_TYPE", "nb", nearest="call") == "Mente du `call`?"
    assert cure("UNKNOWN_TYPE", "en", nearest=None) is None
    assert cure("UNKNOWN_TYPE", "en") is None
    assert cure("NOT_ALLOWED", "en") is None


def test_braces_that_stand_for_themselves_stay() -> None:
    for locale in LOCALES:
        assert '{"minutes": 5}' in (cure("DATA_NOT_AN_OBJECT", locale) or "")


def test_a_code_without_a_sentence_is_told_as_it_is() -> None:
    assert text("NO_SUCH_CODE", "nb", name="x") == "NO_SUCH_CODE"
    assert cure("NO_SUCH_CODE", "nb") is None


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (VekstError, "FAILED"),
        (NotSignedIn, "NOT_SIGNED_IN"),
        (NotAllowed, "NOT_ALLOWED"),
        (InvalidInput, "INVALID_INPUT"),
        (TooMany, "TOO_MANY"),
        (NotFound, "NOT_FOUND"),
    ],
)
def test_an_error_has_its_kinds_code_unless_it_is_given_one(error: type[VekstError], code: str) -> None:
    assert error().code == code
    assert str(error()) == code
    told = error("LEARNER_UNKNOWN", field="person", person="kari")
    assert (told.code, told.field, told.params) == ("LEARNER_UNKNOWN", "person", {"person": "kari"})
    assert str(told) == "LEARNER_UNKNOWN {'person': 'kari'}"
