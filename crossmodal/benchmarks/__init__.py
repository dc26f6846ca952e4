"""How fast the models and the page are, side by side with the usual way."""
