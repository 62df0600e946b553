"""How each upstream puts the world on the wire, one module per upstream; no numbers are made up here."""
