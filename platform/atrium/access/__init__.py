"""Who is asking: principals, and the door that resolves them."""
