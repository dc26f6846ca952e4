"""Corpora of clips and of texts, and the phrasebook."""
