"""The Textual wizard. Its screens come with the wizard itself; this is their place."""
