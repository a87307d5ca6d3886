"""Units, states, rounding, findings and records: what every part shares and nothing depends on."""
