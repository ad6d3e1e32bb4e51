"""What all pages share that take a file with lines: sending it, looking at what it would do, doing all of it."""
