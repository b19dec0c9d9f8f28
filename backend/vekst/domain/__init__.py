"""Pure nouns of the flow: events, recognitions, periods, calendars, ids and errors; no clock, no I/O."""
