"""The commands of the command line, one module each: ``add_parser`` says what it takes, ``run`` does it."""
