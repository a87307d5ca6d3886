"""What people see: terminal tables and trees, web pages; later statements."""
