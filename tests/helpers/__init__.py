"""What several tests share: fakes, sounds, journeys through the page, a browser."""
