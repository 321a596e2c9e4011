"""Decision trees as arrays, whatever library grew them."""
