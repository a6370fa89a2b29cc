"""サンプル市: the demonstration city, told half-year by half-year up to today."""
