"""A machine of each platform: its os-release, its stock configuration, and postconf's answers."""
