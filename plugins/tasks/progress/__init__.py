"""Reports of progress to customers: what they say, when they are due, how they are sent and looked after."""
