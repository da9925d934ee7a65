"""What differs between two versions of protobuf files, whom it breaks, and what shows it."""
