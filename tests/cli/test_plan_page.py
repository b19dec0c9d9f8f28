"""The page of a plan: it stands alone, whatever is in it."""

from __future__ import annotations

import re
from fractions import Fraction
from xml.etree import ElementTree as ET

import pytest

from vekst.cli.charts import Bar, Line, Split, bar_chart, line_chart, split_chart
from vekst.cli.plan_page import plan_page
from vekst.quests.changes import Change
from vekst.quests.plan_records import Affected, Effect, Plan, RulePlan, Side, Tally

SIDE = Side(effort=0, outcomes=0, recognised=0, at_most=Fraction(1, 4), reachable_share=Fraction(0), learner_weeks=0)
NOTHING = Plan(None, 0, 0, (), Tally(), Tally(), None, SIDE, (), ())
HOSTILE = '<script>alert("x")</script>'


def plots(html: str) -> list[ET.Element]:
    """The plots, which must be well-formed."""
    return [ET.fromstring(found) for found in re.findall(r"<svg.*?</svg>", html, re.DOTALL)]


def test_a_plan_over_nothing_has_a_page_too() -> None:
    page = plan_page(NOTHING, "acme", "en")
    assert "As the first version" in page
    assert len(plots(page)) == 1, "only the share of outcomes"


def test_whatever_people_write_stays_words() -> None:
    rule = RulePlan(
        ("badges", "b"),
        {"en": HOSTILE},
        Change.NEW,
        {Effect.GAINS: Tally(1, 1, 5), Effect.EASIER: Tally(1, 1, 5)},
        people={Effect.GAINS: (Affected("kari", HOSTILE, 1, 5),)},
    )
    page = plan_page(Plan(1, 1, 1, (rule,), Tally(1, 1, 5), Tally(), SIDE, SIDE, (), ()), HOSTILE, "en")
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 6
    assert len(plots(page)) == 3


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([0, 0], ["0", "1"]),
        ([3], ["0", "0.5", "1", "1.5", "2", "2.5", "3"]),
        ([1, 96.5], ["0", "20", "40", "60", "80", "100"]),
    ],
)
def test_the_ticks_of_a_line_chart_are_round_and_reach_the_most(values: list[float], ticks: list[str]) -> None:
    [plot] = plots(line_chart("T", "says", [str(n) for n in range(len(values))], [Line("a", "after", values)]))
    ends = [tick.text for tick in plot if tick.get("text-anchor") == "end"]
    assert ends == ticks
    assert plot.get("aria-label") == "T. says"


def test_the_names_of_lines_that_end_together_do_not_stand_on_each_other() -> None:
    [plot] = plots(line_chart("T", "", ["1"], [Line("a", "before", [5]), Line("b", "after", [5])]))
    first, second = (float(name.get("y", "0")) for name in plot if (name.get("class") or "").startswith("name"))
    assert second - first >= 16


def test_bars_are_as_long_as_their_values_and_a_mark_stays_on_the_plot() -> None:
    [plot] = plots(bar_chart("T", "", [Bar("a", 1, "1"), Bar("b", 2, "2"), Bar("c", 0, "0")], mark=(4, "at most")))
    a, b, c = (float(bar.get("width", "0")) for bar in plot.findall("rect"))
    assert b == pytest.approx(2 * a, abs=0.2)
    assert c == 0
    assert all(float(line.get("x1", "0")) <= 720 for line in plot.findall("line"))


def test_a_long_label_is_cut_and_told_in_full() -> None:
    long = "A title that goes on and on until nobody would read it any more"
    [plot] = plots(split_chart("T", "", [Split(long, 0, 3)], left_name="l", right_name="r"))
    [label] = (each for each in plot.findall("text") if each.get("class") == "label")
    assert label.text is not None
    assert label.text.endswith("…")
    assert label.findtext("title") == long
