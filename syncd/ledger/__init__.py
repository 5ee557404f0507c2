"""The memory: what syncd did and last saw, and how it knows."""
