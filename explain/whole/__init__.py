"""The model as a whole: curves, importance, interactions, clusters, surrogates, comparisons."""
