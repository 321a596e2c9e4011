"""One row: contested reasons, decision paths, what-if, counterfactuals, neighbours."""
