"""Quality scans of discs: what drives tell of errors that they corrected. Vendors' commands, each a dialect."""
