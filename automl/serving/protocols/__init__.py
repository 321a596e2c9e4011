"""One module a protocol: how its requests become rows, and predictions its answers. No more than that."""
