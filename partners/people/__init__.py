"""Members of organisations: accounts, sign-in, memberships, absences and deputies."""
