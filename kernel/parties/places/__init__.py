"""Countries, provinces, cities, districts: the facts that a site begins with (`facts`) and their tables (`models`)."""
