"""What runs out and is issued anew."""
