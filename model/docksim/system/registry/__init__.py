"""The Docker Registry: manifests, blobs, rate limits and faults."""
