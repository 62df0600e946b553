-- table: staged.open_interest
-- severity: critical
-- expects: Coins do not change 8 times over in a day: what a venue tells now and its history count the same.
select venue, symbol, observed_at, open_interest_coin, open_interest_coin_24h_before
from staged.open_interest
where open_interest_coin / nullif(open_interest_coin_24h_before, 0) not between 0.125 and 8
    and greatest(open_interest_usd, open_interest_usd_24h_before) >= 1e6
