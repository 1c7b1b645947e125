"""Tables, figures and traces: reads results, never runs anything."""
