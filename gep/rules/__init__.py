"""The rule language: parse, unit pass, canonical plan, SQL text, explanation. Pure: no input or output."""
