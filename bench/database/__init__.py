"""The loader: an invented database of any size, filled in bulk, kept and used again."""
