"""`automl watch`: what comes to a folder, or is predicted, is compared again and again."""
