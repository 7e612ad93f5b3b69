"""Money between us and parties: receipts and payments, what they settle, cheques, and the commission of marketers."""
