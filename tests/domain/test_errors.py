from __future__ import annotations

from vekst.domain.errors import NotFound, TooMany


def test_an_error_has_the_code_of_its_kind_unless_it_is_given_another() -> None:
    assert NotFound().code == "NOT_FOUND"
    assert NotFound("UNKNOWN_BADGE").code == "UNKNOWN_BADGE"


def test_an_error_says_its_code_and_what_fills_its_message() -> None:
    error = TooMany("TOO_MANY_EVENTS", field="events", most=500)
    assert (error.field, error.params, str(error)) == ("events", {"most": 500}, "TOO_MANY_EVENTS {'most': 500}")
    assert str(NotFound()) == "NOT_FOUND"
