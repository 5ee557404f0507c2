"""What tests of the whole run share: exports to drop, a run to drop them into, and death."""
