"""What a person sees: tables made from events, and the sentences they use."""
