"""What differs from one platform to the next, as data with its source."""
