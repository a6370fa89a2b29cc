"""会議資料 as data: pages of blocks, built from a frozen snapshot alone and drawn by every output alike."""
