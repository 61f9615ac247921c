"""Demonstration data: an invented world, with dates relative to today."""
