"""Alerts: rules judge each comparison of new rows with old ones, and somebody is told.

`rule` says what a rule is, `machine` what it remembers and when it opens and closes an alert, `chance` how
often it does so by chance, `sinks` who is told, `watch` what compares again and again.
"""
