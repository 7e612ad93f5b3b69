"""Projects: phases, weighted tasks, progress, risks, members, and the report for the employer."""
