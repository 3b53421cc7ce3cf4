"""What is kept: takes on disk."""
