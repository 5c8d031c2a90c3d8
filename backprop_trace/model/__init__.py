"""What a network is: a listing of named equations, made from layers or definitions, the chain rule and an update rule."""
