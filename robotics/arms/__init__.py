"""Arms of disc robots: each speaks one dialect over its line, and knows bins and drives, but no addresses."""
