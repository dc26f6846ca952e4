"""f_i, phi_i and theta, and the files they are read from: from a preprocessed input to a point of the shared space."""
