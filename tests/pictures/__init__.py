"""Pictures of every journey of a reader, as the guides show them; see ``__main__``."""
