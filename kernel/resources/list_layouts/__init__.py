"""How each user has arranged the columns of a list: their order and widths."""
