"""Read-only figures: statistics per municipality and period, with the list behind each number and exports. Queries, rules and views only."""
