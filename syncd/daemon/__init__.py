"""The daemon: waits for a wake-up, the schedule or a signal, and starts a run; decides nothing else."""
