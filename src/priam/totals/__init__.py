"""How many, from several incomplete lists."""
