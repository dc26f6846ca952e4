"""Components that run in the browser, a folder each."""
