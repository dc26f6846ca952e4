"""Explanations of a fusion: attributions, counterfactuals, decision flips, accuracy at every mix, the map."""
