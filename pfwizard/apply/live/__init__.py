"""The Postfix that a change goes live on: asked to reload, and looked at closely afterwards."""
