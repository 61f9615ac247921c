"""Needs and their referrals: routing, sending, answering, the *fiche de liaison*."""
