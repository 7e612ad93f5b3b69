"""Commands of money: the only way in which its rows are written."""
