"""Tasks and the cartable: what is to be done, by whom, until when; referrals, recurrence, workflows."""
