"""One file per noun; each route serves JSON and page from one function."""
