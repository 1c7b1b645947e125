"""How a study is carried out: replications of all points, kept as they end, and what they say."""
