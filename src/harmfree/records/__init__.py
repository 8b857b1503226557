"""What happened: people, registrations and coded events, and where they come from."""
