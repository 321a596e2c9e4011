"""Programs that are copied into every bundle as they are; they import the bundle's own runtime."""
