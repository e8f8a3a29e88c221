"""Figures, their peers and their ceilings: `python -m bench` measures, docs/benchmarks.md shows."""
