"""One library kept right: from exports to outcomes. Read `session` first."""
