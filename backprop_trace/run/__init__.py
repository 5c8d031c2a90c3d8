"""A network with its numbers: one training step (a trace), many of them, and the doubting of its gradients."""
