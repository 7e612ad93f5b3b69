"""The clinic: patients, doctors with their hours, services, appointments that cannot be booked twice."""
