"""HTTP from the client's side: one request, its answer, and what a transcript records of them."""
