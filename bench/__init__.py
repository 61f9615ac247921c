"""How fast the product is: an invented database of any size, and what its pages cost on it.

A tool beside the product, which imports nothing of it: see ``docs/performance.md``.
"""
