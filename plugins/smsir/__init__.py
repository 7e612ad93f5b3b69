"""SMS through SMS.ir: sending in batches, states, and its read-once queue of received messages."""
