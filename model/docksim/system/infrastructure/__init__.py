"""The infrastructure: the host's resources, the storage driver and the network driver."""
