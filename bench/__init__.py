"""Measurements, not part of the portal. `python -m bench` measures サンプル市 in three sizes beside a bare floor."""
