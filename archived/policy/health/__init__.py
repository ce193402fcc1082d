"""What values of media mean: pure judgements over what is on record."""
