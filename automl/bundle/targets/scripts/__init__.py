"""Programs that platforms call, carried in every bundle as they are."""
