"""Whether what is kept is whole, a module per kind of keeping. Nothing here writes; mending is the pipelines'."""
