"""What `python -m crossmodal` can do, a command a module."""
