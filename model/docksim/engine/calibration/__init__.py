"""From light-load measurements to a profile: what each step demands, and how surely."""
