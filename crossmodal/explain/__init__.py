"""What the bench shows about a fusion beyond its result: where the decision flips, how good each weight is."""
