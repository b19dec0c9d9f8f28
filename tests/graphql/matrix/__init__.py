"""Who may do what: every root field, by every kind of caller, on what is theirs and what is not."""
