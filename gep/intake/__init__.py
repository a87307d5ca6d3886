"""From a file to facts and findings."""
