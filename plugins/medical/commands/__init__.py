"""Named changes of the clinic's state, by what they are about."""
