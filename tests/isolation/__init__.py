"""Nobody sees another department's drafts: shown with generated cities, on every route."""
