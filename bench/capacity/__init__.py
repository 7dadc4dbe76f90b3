"""What a million homes need: unit costs measured here, and a service simulated with them."""
