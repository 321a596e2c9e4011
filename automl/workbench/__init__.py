"""The workbench: the browser interface over run folders.

Pages read run folders through `automl.store` and start work through `automl.jobs`; nothing here fits a model,
and nothing here imports scikit-learn, LightGBM, Optuna or shap, so that a page costs a few megabytes and
milliseconds.
"""
