"""The floor: what the same server and database need for a bare list of fifty actions."""
