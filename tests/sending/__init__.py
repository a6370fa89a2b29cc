"""Every form that a role can reach, sent in ways that nobody intended."""
