"""A long recording as a timeline: utterances found while it is decoded, read one by one, fused at any weight."""
