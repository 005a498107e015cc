"""Wire formats of other translation services, for their clients."""
