"""The mixer: what a person sets, kept in session and address, and the browser component that follows every move."""
