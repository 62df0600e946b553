"""Crypto venues of the sample world, each in its own native format under `/venues/<venue>/`.

The story: `coins` and `coin_prices`, `candles` (bars and volumes), `derivatives` (open interest, funding), `futures`,
`markets` (what each venue lists, in which unit) and `orderbooks`. The formats: one module per venue and what it
leans on (`okx`, `okx_markets`, `okx_derivatives`); `mount` finds the venue. What does not belong here: anything
that reads those replies, and, in a venue's module, any number of the story.
"""
