"""The pretrained encoders f_i."""
