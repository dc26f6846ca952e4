"""The present input on the map, drawn in the browser over the map's own drawing."""
