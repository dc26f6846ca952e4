"""f_i, phi_i and theta, and the files they come from: everything left of Evidence but the inputs' own preparation."""
