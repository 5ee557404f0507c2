"""The machine: clocks, paths, keys, the state lock, the heartbeat, systemd and logs."""
