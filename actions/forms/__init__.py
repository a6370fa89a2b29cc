"""Forms of actions: a report, a row of a reply, the plan with its lists."""
