"""Records that a user opened lately, keeps open in his bar, or has given a star. Only their numbers are kept.

Names are read with the rights that the user has now; what he may not see any more, or lies in the bin, is left out.
"""
