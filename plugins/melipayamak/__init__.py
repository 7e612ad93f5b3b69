"""SMS through MeliPayamak and the resellers on its platform: sending, states, received messages."""
