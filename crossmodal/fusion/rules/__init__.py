"""One fusion rule, one file: every module here that has a RULE is found by itself."""
