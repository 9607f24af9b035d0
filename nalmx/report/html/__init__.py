"""Reports of runs: one HTML file each, which needs nothing but a browser."""
