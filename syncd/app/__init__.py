"""What commands do, whatever shows it; `wiring` alone knows the adapters."""
