"""One fusion rule, one file: every module here with a RULE registers itself."""
