"""Facts about this machine: asked, never assumed."""
