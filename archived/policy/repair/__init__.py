"""Decisions about repair: what is to be made anew, in which order, and what it takes."""
