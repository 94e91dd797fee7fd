"""What we remember across issues."""
