"""The health of media: judging what is on record of them, scanning them, and what people say of their states."""
