"""What the machine can do: the least work that any service with the same promises would have to do."""
