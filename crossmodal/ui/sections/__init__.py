"""The parts of the pages, a file each."""
