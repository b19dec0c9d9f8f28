"""A plan as one page that stands alone: plots, the rules as a table, and the names if asked for; on light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib.resources import files

from vekst.cli.charts import Bar, Line, Split, bar_chart, line_chart, split_chart
from vekst.cli.plan_answer import amount, easier, harder, rule_name, worth
from vekst.engine.explain import title_text
from vekst.quests.plan_records import Bucket, Effect, Plan, RulePlan, Side, Tally

__all__ = ["plan_page"]

_NOBODY = Tally()


def plan_page(plan: Plan, org: str, locale: str) -> str:
    """The page as HTML."""
    style = files("vekst.cli").joinpath("plan_page.css").read_text(encoding="utf-8")
    title = f"What publishing would change for {escape(org)}"
    body = "\n".join(_body(plan, title, locale))
    return (
        f'<!doctype html>\n<html lang="{escape(locale, quote=True)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="light dark">\n<title>{title}</title>\n<style>\n{style}</style>\n</head>\n'
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _body(plan: Plan, title: str, locale: str) -> Iterator[str]:
    before = plan.before or plan.after
    begun = f"Beside version {plan.version}, which is in force" if plan.version else "As the first version"
    yield f"<h1>{title}</h1>"
    yield (
        f"<p>{begun}, over {amount(plan.events, 'stored event')} of {amount(plan.learners, 'learner')}. "
        "Nothing was written. What learners hold they keep, with its points.</p>"
    )
    yield from _figures(plan, before)
    shown = [rule for rule in plan.rules if rule.matters]
    yield from _gains(shown, locale)
    yield from _buckets(plan.gained)
    yield from _comparison(shown, locale)
    yield from _weeks(plan)
    yield from _outcomes(before, plan.after)
    yield from _rules(shown, len(plan.rules) - len(shown), locale)
    yield from _people(shown, locale)


def _figures(plan: Plan, before: Side) -> Iterator[str]:
    figures = (
        (f"{plan.gains.learners:,}", "learners gain something for the past"),
        (f"{plan.gains.points:,}", f"points, in {amount(plan.gains.recognitions, 'recognition')}"),
        (f"{before.inflation:.1f} → {plan.after.inflation:.1f}", "points per active learner and week"),
        (f"{before.outcome_share:.1%} → {plan.after.outcome_share:.1%}", "of the points are for outcomes"),
    )
    yield '<dl class="figures">'
    yield from (f"<div><dt>{escape(text)}</dt><dd>{escape(figure)}</dd></div>" for figure, text in figures)
    yield "</dl>"


def _gains(rules: Sequence[RulePlan], locale: str) -> Iterator[str]:
    told = [(rule, rule.effects[Effect.GAINS]) for rule in rules if Effect.GAINS in rule.effects]
    bars = [
        Bar(_title(rule, locale), tally.learners, f"{tally.learners:,} ({amount(tally.points, 'point')})")
        for rule, tally in sorted(told, key=lambda each: -each[1].learners)
    ]
    if bars:
        title = "Who gains what when it is published"
        chart = bar_chart(title, "Learners who gain, by rule", bars)
        yield _plot(title, "Learners by rule. Each is told once, in a summary.", chart)


def _buckets(gained: Sequence[Bucket]) -> Iterator[str]:
    if not any(bucket.learners for bucket in gained):
        return
    ends: list[int | None] = [*(bucket.at_least for bucket in gained[1:]), None]
    filled = [place for place, bucket in enumerate(gained) if bucket.learners]
    bars = [
        Bar(_span(gained[place].at_least, ends[place]), gained[place].learners, f"{gained[place].learners:,}")
        for place in range(filled[0], filled[-1] + 1)
    ]
    title = "How much they gain"
    yield _plot(title, "Learners by the points that they gain.", bar_chart(title, "Learners by points gained", bars))


def _span(first: int, end: int | None) -> str:
    if end is None:
        return f"{first:,} points or more"
    return f"{first:,} points" if end == first + 1 else f"{first:,} to {end - 1:,} points"


def _comparison(rules: Sequence[RulePlan], locale: str) -> Iterator[str]:
    rows = [
        Split(
            _title(rule, locale),
            rule.effects.get(Effect.HARDER, _NOBODY).learners,
            rule.effects.get(Effect.EASIER, _NOBODY).learners,
        )
        for rule in rules
        if Effect.HARDER in rule.effects or Effect.EASIER in rule.effects
    ]
    if rows:
        title = "What becomes easier, what becomes harder"
        says = (
            "Learners who would have less or more of it if each version had always been in force: what those who come "
            "later will meet. Who has it keeps it."
        )
        chart = split_chart(title, says, rows, left_name="harder for", right_name="easier for")
        yield _plot(title, says, chart)


def _weeks(plan: Plan) -> Iterator[str]:
    if not plan.weeks:
        return
    title = "Points per active learner and week"
    lines = [Line("after", "after", [each.after / each.learners for each in plan.weeks])]
    if plan.before is not None:
        lines.insert(0, Line("before", "before", [each.before / each.learners for each in plan.weeks]))
    before = plan.before or plan.after
    says = f"Recognised points by ISO week; {before.inflation:.1f} before and {plan.after.inflation:.1f} after in all."
    chart = line_chart(title, says, [each.week for each in plan.weeks], lines)
    rows = (
        (each.week, f"{each.learners:,}", f"{each.before / each.learners:.1f}", f"{each.after / each.learners:.1f}")
        for each in plan.weeks
    )
    yield _plot(title, says, chart, _details(("week", "active learners", "before", "after"), rows))


def _outcomes(before: Side, after: Side) -> Iterator[str]:
    title = "The share of outcomes"
    says = f"In the recognised points, of which outcomes may give at most {float(after.at_most):.0%} to any learner."
    bars = [
        Bar("before", before.outcome_share, f"{before.outcome_share:.1%}", "before"),
        Bar("after", after.outcome_share, f"{after.outcome_share:.1%}"),
    ]
    limit = (float(after.at_most), f"at most {float(after.at_most):.0%}")
    reach = f"Of the points in reach of one learner: {_percent(before)} before, {_percent(after)} after."
    yield _plot(title, says, bar_chart(title, says, bars, mark=limit), f"<p>{reach}</p>")


def _percent(side: Side) -> str:
    return f"{float(side.reachable_share):.1%}"


def _rules(rules: Sequence[RulePlan], others: int, locale: str) -> Iterator[str]:
    yield "<h2>Rule by rule</h2>"
    yield f"<p>Unchanged, and without effect on anybody: {amount(others, 'rule')}.</p>"
    if rules:
        rows = (
            (
                f"{rule_name(rule, locale)}",
                rule.rule[0],
                rule.change.value,
                _gain(rule.effects.get(Effect.GAINS, _NOBODY)),
                easier(rule.effects),
                harder(rule.effects),
                worth(rule.effects),
            )
            for rule in rules
        )
        yield _table(("rule", "kind", "change", "gains now", "easier for", "harder for", "other points"), rows)


def _gain(tally: Tally) -> str:
    return f"{amount(tally.learners, 'learner')}, {amount(tally.points, 'point')}" if tally.learners else ""


def _people(rules: Sequence[RulePlan], locale: str) -> Iterator[str]:
    named = [rule for rule in rules if rule.people]
    if named:
        yield "<h2>By name</h2>"
    for rule in named:
        for effect, people in rule.people.items():
            rows = ((each.name, each.person, f"{each.recognitions:,}", f"{each.points:,}") for each in people)
            summary = f"{rule_name(rule, locale)}: {_WORDS[effect]} ({len(people):,})"
            yield _details(("name", "person", "recognitions", "points"), rows, summary)


_WORDS = {
    Effect.GAINS: "gains now",
    Effect.EASIER: "would have more of it",
    Effect.HARDER: "would have less of it, and keeps what was given",
    Effect.SOONER: "would have it sooner",
    Effect.LATER: "would have it later",
    Effect.WORTH_MORE: "would get more points for it",
    Effect.WORTH_LESS: "would get fewer points for it",
}


def _title(rule: RulePlan, locale: str) -> str:
    return title_text(rule.title, locale, rule.rule[1])


def _plot(title: str, says: str, chart: str, more: str = "") -> str:
    caption = f"<figcaption><h2>{escape(title)}</h2><p>{escape(says)}</p></figcaption>"
    return f"<figure>{caption}\n{chart}\n{more}</figure>"


def _details(headings: Sequence[str], rows: Iterable[Sequence[str]], summary: str = "The same as a table") -> str:
    return f"<details><summary>{escape(summary)}</summary>\n{_table(headings, rows)}\n</details>"


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    lines = "\n".join(
        f'<tr><th scope="row">{escape(first)}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in rest) + "</tr>"
        for first, *rest in rows
    )
    return f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{lines}\n</tbody></table></div>'
