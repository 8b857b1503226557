"""Falls: blood pressure on standing, walking, medicines that raise the risk, STEADY prompts."""
