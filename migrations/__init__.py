"""Schema changes in order: each file takes the database one step further."""
