"""Train your own: a head on reference features of the frozen encoders, in a process apart."""
