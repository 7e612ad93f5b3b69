"""Saved reports sent by e-mail by themselves: each day, week or Jalali month, to each receiver as he may see them."""
