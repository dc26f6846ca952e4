"""The pretrained encoders f_i, one file each: preprocessed input -> hidden states (B, L, T, H)."""
