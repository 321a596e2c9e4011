"""A bundle behind HTTP: one prediction path, and the words of the platforms that ask for predictions.

The same modules run inside of Glassbench (``automl serve bundle.zip``) and out of the zip (``serve.py``).
Importing the package costs nothing: what is heavy is imported when a server starts, after the number of
threads has been settled.
"""
