"""Reads of needs and referrals: every one says for whom. The policies say it again."""
