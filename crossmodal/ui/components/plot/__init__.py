"""A drawing of our own as part of the page."""
