"""What is no formula: independent second routes, transition matrices, decomposition of change."""
