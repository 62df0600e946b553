"""Choosing rows of books; Arrow's own take copies lists one at a time."""

import numpy as np
import pyarrow as pa

from warehouse.books.book import LEVELS, SIDES, Ints, Side


def taken(books: pa.RecordBatch | pa.Table, rows: Ints) -> pa.RecordBatch:
    """The books at these rows, in this order. Of a table's many batches one side at a time is put together."""
    arrays = {}
    for name in SIDES:
        side = Side.of(books, name)
        starts, lengths = side.offsets[rows], np.diff(side.offsets)[rows]
        offsets = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum(lengths, out=offsets[1:])
        places = np.repeat(starts - offsets[:-1], lengths)
        places += np.arange(offsets[-1])
        ends = pa.array(offsets.astype(np.int32))
        arrays[f"{name}_px"] = pa.ListArray.from_arrays(ends, pa.array(side.px[places]), type=LEVELS)
        arrays[f"{name}_qty"] = pa.ListArray.from_arrays(ends, pa.array(side.qty[places]), type=LEVELS)
    for name in books.schema.names:
        if name not in arrays:
            told = books[name].take(pa.array(rows))
            arrays[name] = told.combine_chunks() if isinstance(told, pa.ChunkedArray) else told
    return pa.RecordBatch.from_arrays([arrays[name] for name in books.schema.names], schema=books.schema)
