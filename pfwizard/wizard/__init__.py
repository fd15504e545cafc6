"""The wizard without a face: steps, the sheet of answers, what to say before, during and after."""
