"""What a study asks: factors and their levels, and the points of a design over them."""
