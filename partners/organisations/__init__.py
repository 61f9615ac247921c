"""Organisations, their units and seats, territories, services, opening hours, routing rules."""
