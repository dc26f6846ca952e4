"""What leaves the page and comes back: links, stored clips, records and exports."""
