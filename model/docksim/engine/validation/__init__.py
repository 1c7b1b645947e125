"""How far the model's predictions are from an engine's measurements that it has not seen."""
