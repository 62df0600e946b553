select
    period as date,
    max(value) filter (series_id = 'DTS_TGA_OPEN') as open_usd,
    max(value) filter (series_id = 'DTS_TGA_DEPOSITS') as deposits_usd,
    max(value) filter (series_id = 'DTS_TGA_WITHDRAWALS') as withdrawals_usd,
    max(value) filter (series_id = 'DTS_TGA_CLOSE') as close_usd,
    max(known_at) as known_at
from staged.series
where series_id in ('DTS_TGA_OPEN', 'DTS_TGA_DEPOSITS', 'DTS_TGA_WITHDRAWALS', 'DTS_TGA_CLOSE')
group by period
having close_usd is not null
