"""What is wrong with a package: `verify` and the parts that it is made of."""
