"""The departure audit: an engagement that reads a closed book and proves what became of natural assets in a term of office."""
