"""The drawing behind `figures`."""
