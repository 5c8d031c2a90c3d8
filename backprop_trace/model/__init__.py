"""What a network is: a listing of named equations, made from layers or definitions by the chain rule and an update rule."""
