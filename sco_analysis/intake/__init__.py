"""From files as users have them to documents: what `corpus` rests on."""
