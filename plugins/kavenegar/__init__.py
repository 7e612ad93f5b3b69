"""SMS through Kavenegar: sending in batches, states, delivery reports and received messages by callback or polling."""
