"""How dictionaries match, and the file formats they come in: what `dictionaries` rests on."""
