"""Who issues commands, and when: open, closed, batch, replay."""
