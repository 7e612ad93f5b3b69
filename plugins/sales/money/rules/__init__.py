"""The rules of money without a database: how amounts are allocated, how old debts are, what a cheque may become."""
