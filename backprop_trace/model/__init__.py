"""What a network is: a listing of named equations, made from layers or definitions, and how it is updated."""
