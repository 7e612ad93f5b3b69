"""What other programs are told: addresses of theirs, what each hears of, in which order, and what came of it."""
