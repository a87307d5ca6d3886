"""The ledgers of a departure audit as printed forms, one module a ledger."""
