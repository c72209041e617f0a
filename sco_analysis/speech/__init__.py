"""Marks, cues, clauses, names and sources in prose: what `quotations` rests on."""
