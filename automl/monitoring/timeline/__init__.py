"""A model over time: windows of its predictions, changes, segments, and what became of what was promised."""
