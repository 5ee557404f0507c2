"""Plans, inspections and status as JSON documents for programs and as tables for people.

`plans` is the best one to read first. Nothing is imported here: most reports need no plan.
"""
