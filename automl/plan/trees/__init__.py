"""Decision trees as arrays, whatever grew them, and two ways to follow them: LightGBM's library, or numpy."""
