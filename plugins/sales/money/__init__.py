"""Money of sales: what is received and paid, what it settles, cheques, commission, what is owed and since when."""
