"""The inspections, one per file, found by looking into this package."""
