"""What of which medium is examined, when, and how surely that finds what is wrong with it. All of it pure."""
