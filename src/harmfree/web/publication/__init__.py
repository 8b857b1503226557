"""A run of the programmes, published into the database in one step."""
