"""Kinds of models that vote, one file each: how they are compiled, and how they predict."""
