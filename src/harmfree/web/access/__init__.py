"""Who may do what, where: roles, the one scoping layer, and refusal unless allowed."""
