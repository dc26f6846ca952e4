"""Measure what ``models/`` can do. Everything in the model card and in ``metrics.json`` is written from here."""
