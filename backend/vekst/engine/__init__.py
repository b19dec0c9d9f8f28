"""The pure heart: a compiled pack folds a learner's events into a standing and recognitions.

How a newcomer reads it: `pack` is what the compiler makes of quest files. `measures`, `leaves`, `improvement` and
`goals` are its conditions, with memory. `fold` walks events in canonical order (M1) and judges each as one `moment`:
`event_points`, `milestones` (of `streaks`), `quests` and `badges` hear it, and `awards` gives what it brings.
`standing` is what the fold remembers between events; `readings` show it at an instant; `explain` puts it into words.

    standing = fresh_standing(pack, "Europe/Oslo")
    recognitions = fold(pack, standing, events)      # events in canonical order, later than standing.last
"""
