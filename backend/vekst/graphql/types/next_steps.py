"""Why not yet: what a learner can earn next, with what is there, what is needed, and the nearest step in words."""

from __future__ import annotations

import strawberry

from vekst.engine.next_steps import next_steps
from vekst.graphql.types.enums import RecognitionKind
from vekst.graphql.types.standings import Seen

__all__ = ["NextStep", "next_steps_of"]


@strawberry.type(description="What is still missing for something the learner can earn now, and the nearest next step.")
class NextStep:
    """Why not yet."""

    kind: RecognitionKind = strawberry.field(description="What it would be recognised as.")
    key: str = strawberry.field(description="The rule's key in the quest files; a step's is `quest/step`.")
    tier: str | None = strawberry.field(description="The badge's tier; null without tiers.")
    occurrence: str = strawberry.field(description="The window it would be earned in; `once` without one.")
    title: str = strawberry.field(description="The rule's title, in the caller's language.")
    have: float = strawberry.field(description="What is there, in the unit of the rule.")
    need: float = strawberry.field(description="What is needed, in the same unit.")
    text: str = strawberry.field(description="The nearest next step in words, in the caller's language.")


def next_steps_of(seen: Seen) -> list[NextStep]:
    """Every recognition that can be earned now, the nearest first."""
    locale = seen.languages.choose(seen.pack.locales) or seen.pack.locales[0]
    return [
        NextStep(
            kind=RecognitionKind(step.identity.kind),
            key=step.identity.key,
            tier=step.identity.tier or None,
            occurrence=step.identity.occurrence,
            title=step.title,
            have=step.have,
            need=step.need,
            text=step.text,
        )
        for step in next_steps(seen.pack, seen.standing, seen.now, locale)
    ]
