"""One room per programme: definitions and content only."""
