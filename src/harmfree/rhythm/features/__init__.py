"""Numbers that describe a strip, each with a name that a reader of the decision understands."""
