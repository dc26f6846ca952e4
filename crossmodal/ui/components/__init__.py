"""Components that run in the browser: a folder each, with its scripts and styles; ``shared`` has common scripts."""
