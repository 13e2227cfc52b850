"""Small wrong changes in the mirrors, planted one at a time, which the suite must notice."""
