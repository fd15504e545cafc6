"""The CA: made, found, opened, limited, and its key taken away."""
