"""Countries, provinces, cities, districts: what a site begins with (`facts`), and the tables (`models`)."""
