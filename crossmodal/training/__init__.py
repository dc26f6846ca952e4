"""Training: what adapts the encoders and the shared space, and what puts a finished run together."""
