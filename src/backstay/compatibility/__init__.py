"""The relation between two shapes: whether every value that a sender may send is accepted."""
