from uuid import UUID

from vekst.domain.feedback import WORDS_AT_MOST, feedback_id

STARTER, OTHER = UUID(int=1), UUID(int=2)


def test_a_turn_may_have_two_thousand_characters() -> None:
    assert WORDS_AT_MOST == 2_000


def test_the_same_beginning_is_the_same_feedback_and_another_is_not() -> None:
    asked = feedback_id(STARTER, "ask", "a")
    assert asked == feedback_id(STARTER, "ask", "a")
    others = {feedback_id(OTHER, "ask", "a"), feedback_id(STARTER, "give", "a"), feedback_id(STARTER, "ask", "b")}
    assert len({asked, *others}) == 4
