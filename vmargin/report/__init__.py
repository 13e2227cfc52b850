"""Pages for a browser and for paper: one look, made of plain data, with no request to anyone."""
