"""The object types of the ontology, and sets of their objects."""
