"""The search: prepared data in, trials and a chosen model out.

Nothing is imported here, so that the pages can name `automl.search` modules without loading the engine.
"""
