"""Bytes of images back in staging, and what is made anew of them: lost members of sets, and copies that are owed."""
