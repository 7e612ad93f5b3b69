"""The pages of administration. Each checks for itself who asks; menu entries are a courtesy."""
