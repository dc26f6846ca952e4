"""A drawing as a PNG file, made in the browser."""
