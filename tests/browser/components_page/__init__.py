"""A small application that shows every component of the house: for the browser tests only."""
