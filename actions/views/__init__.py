"""Pages and fragments of actions, one module a noun."""
