"""Learning sequence tasks: discretely, by gradients, and what other networks learn of them."""
