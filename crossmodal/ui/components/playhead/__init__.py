"""The voice moment by moment, with a playhead that follows the page's player: a browser component without a build."""
