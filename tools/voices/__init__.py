"""Makes the voices of the examples: a synthesiser, its recipes, and what the models read of them."""
