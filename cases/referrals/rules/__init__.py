"""Pure decisions of needs and referrals: states, rights, the consent gate."""
