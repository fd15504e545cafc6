"""The command line: arguments, output for people, output for programs, exit statuses."""
