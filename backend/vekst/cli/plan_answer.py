"""A plan as an answer: a table and a few lines for people, a document for machines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from vekst.engine.explain import title_text
from vekst.quests.plan_records import Effect, Effects, Plan, RulePlan, Side, Tally

__all__ = ["amount", "as_document", "easier", "harder", "print_plan", "rule_name", "worth"]

_PIPE_WIDTH = 140
_NOBODY = Tally()


def print_plan(plan: Plan, locale: str) -> None:
    """Print the plan for people."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _PIPE_WIDTH
    for line in _summary(plan):
        console.print(line, markup=False)
    shown = [rule for rule in plan.rules if rule.matters]
    if shown:
        console.print(_table(shown, locale))
    for line in _people(shown, locale):
        console.print(line, markup=False)
    console.print(
        f"Unchanged, and without effect on anybody: {amount(len(plan.rules) - len(shown), 'rule')}.", markup=False
    )


def as_document(plan: Plan, org: str) -> dict[str, object]:
    """The plan for machines."""
    return {
        "organisation": org,
        "version": plan.version,
        "learners": plan.learners,
        "events": plan.events,
        "gains": _tally(plan.gains),
        "kept": _tally(plan.kept),
        "before": _side(plan.before) if plan.before else None,
        "after": _side(plan.after),
        "rules": [_rule(rule) for rule in plan.rules],
        "weeks": [
            {"week": each.week, "learners": each.learners, "before": each.before, "after": each.after}
            for each in plan.weeks
        ],
        "pointsGained": [{"atLeast": each.at_least, "learners": each.learners} for each in plan.gained],
    }


def rule_name(rule: RulePlan, locale: str) -> str:
    """The rule's title with its key."""
    _, key = rule.rule
    title = title_text(rule.title, locale, key)
    return key if title == key else f"{title} ({key})"


def amount(number: int, noun: str) -> str:
    """So many of it, in words: `1 learner`, `2,000 learners`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def easier(effects: Effects) -> str:
    """For how many learners it becomes easier, or comes sooner; empty for nobody."""
    return ", ".join(_counted(effects, ((Effect.EASIER, "learner"), (Effect.SOONER, None))))


def harder(effects: Effects) -> str:
    """For how many learners it becomes harder, or comes later; empty for nobody."""
    return ", ".join(_counted(effects, ((Effect.HARDER, "learner"), (Effect.LATER, None))))


def worth(effects: Effects) -> str:
    """For how many learners what is given either way has other points, and the difference; empty for nobody."""
    found = (effects.get(effect) for effect in (Effect.WORTH_MORE, Effect.WORTH_LESS))
    return ", ".join(f"{amount(tally.learners, 'learner')}, {tally.points:+,}" for tally in found if tally)


def _summary(plan: Plan) -> Iterator[str]:
    begun = f"after version {plan.version}" if plan.version else "as the first version"
    over = f"{amount(plan.events, 'event')} of {amount(plan.learners, 'learner')}"
    yield f"Published {begun}, over {over}. Nothing was written."
    gains, kept = plan.gains, plan.kept
    yield (
        f"{amount(gains.learners, 'learner')} would gain {amount(gains.recognitions, 'recognition')} and "
        f"{amount(gains.points, 'point')} for the past, each told in one summary."
    )
    if kept.recognitions:
        of = amount(kept.learners, "learner")
        yield f"What stays as it was given: {amount(kept.recognitions, 'recognition')} of {of}."
    before, after = plan.before or plan.after, plan.after
    yield (
        f"Points per active learner and week: {before.inflation:.1f} before, {after.inflation:.1f} after. "
        f"Outcomes: {before.outcome_share:.1%} of the points before, {after.outcome_share:.1%} after "
        f"(at most {float(after.at_most):.0%})."
    )


def _table(rules: Iterable[RulePlan], locale: str) -> Table:
    table = Table(caption="The comparisons are as if each version had always been in force.", caption_justify="left")
    for heading in ("rule", "change", "gains now", "easier for", "harder for", "other points"):
        table.add_column(heading, overflow="fold")
    for rule in rules:
        gains = rule.effects.get(Effect.GAINS, _NOBODY)
        table.add_row(
            Text(f"{rule.rule[0]}: {rule_name(rule, locale)}"),
            rule.change.value,
            f"{amount(gains.learners, 'learner')}, {amount(gains.points, 'point')}" if gains.learners else "",
            easier(rule.effects),
            harder(rule.effects),
            worth(rule.effects),
        )
    return table


def _people(rules: Iterable[RulePlan], locale: str) -> Iterator[str]:
    for rule in rules:
        for effect, verb in ((Effect.GAINS, "gained by"), (Effect.HARDER, "out of reach, but kept by")):
            people = rule.people.get(effect, ())
            if people:
                names = ", ".join(f"{each.name} ({each.points:,})" for each in people)
                yield f"{rule_name(rule, locale)}, {verb} {len(people):,}: {names}"


def _counted(effects: Effects, words: Iterable[tuple[Effect, str | None]]) -> Iterator[str]:
    for effect, noun in words:
        tally = effects.get(effect)
        if tally:
            yield amount(tally.learners, noun) if noun else f"{tally.learners:,} {effect.value}"


def _tally(tally: Tally) -> dict[str, int]:
    return {"learners": tally.learners, "recognitions": tally.recognitions, "points": tally.points}


def _effects(effects: Effects) -> dict[str, object]:
    return {effect.value: _tally(tally) for effect, tally in effects.items()}


def _rule(rule: RulePlan) -> Mapping[str, object]:
    kind, key = rule.rule
    document: dict[str, object] = {
        "kind": kind,
        "key": key,
        "title": dict(rule.title),
        "change": rule.change.value,
        "effects": _effects(rule.effects),
        "parts": {part: _effects(effects) for part, effects in rule.parts.items()},
    }
    if rule.people:
        document["people"] = {
            effect.value: [
                {"person": each.person, "name": each.name, "recognitions": each.recognitions, "points": each.points}
                for each in people
            ]
            for effect, people in rule.people.items()
        }
    return document


def _side(side: Side) -> dict[str, object]:
    return {
        "effort": side.effort,
        "outcomes": side.outcomes,
        "outcomesRecognised": side.recognised,
        "total": side.total,
        "outcomeShare": side.outcome_share,
        "outcomesAtMost": float(side.at_most),
        "reachableOutcomeShare": float(side.reachable_share),
        "learnerWeeks": side.learner_weeks,
        "pointsPerLearnerAndWeek": side.inflation,
    }
