"""The customers' club: members, points in lots, ranks, campaigns, draws."""
