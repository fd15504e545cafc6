"""Who may relay: the restriction lists and the networks."""
