"""Sales: the catalogue, prices, quotes, orders, invoices and what is paid for them."""
