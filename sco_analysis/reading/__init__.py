"""Lines of a text and the speaker labels among them: what `layout` rests on."""
