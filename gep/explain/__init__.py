"""Figure addresses, walking a trace, comparing figures."""
