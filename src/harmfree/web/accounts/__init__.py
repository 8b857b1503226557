"""People who sign in: users, roles, invitations, second factors."""
