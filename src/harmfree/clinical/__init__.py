"""Clinical tools: pure functions of named inputs, one registry."""
