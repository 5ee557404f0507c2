"""Speaking with a running daemon: protocol, client, status document."""
