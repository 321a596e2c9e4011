"""Files that are copied into bundles or built into the model card."""
