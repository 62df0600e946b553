"""Crypto venues of the sample world, each in its own native format under `/venues/<venue>/`.

The story: `coins` (prices), `candles` (bars and volumes), `derivatives` (open interest, funding), `orderbooks`,
and `markets` (what each venue lists, in which unit). One module per venue says it as that venue would; `mount`
finds the module. What does not belong here: anything that reads those replies, and numbers in a wire module.
"""
