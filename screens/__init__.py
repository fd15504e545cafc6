"""The wizard on a whole screen: one file for each page, the widgets and dialogs that they share."""
