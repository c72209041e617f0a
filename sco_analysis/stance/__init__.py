"""Lexicon, clauses, directions and the trained model: what `polarity` rests on."""
