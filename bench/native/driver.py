"""Native hnswlib, one thread, driven by lines of JSON on its standard input; see lib/native.mjs.

Asked several queries a call, so that what Python costs a call does not count against it.
"""

import json
import sys
import time

import hnswlib
import numpy

# Queries before a block that are not counted.
WARM_UP = 5


def rows(path, dimension):
    return numpy.fromfile(path, dtype="<f4").reshape(-1, dimension)


def fill(given):
    global base, queries, index
    base = rows(given["base"], given["dimension"])
    queries = rows(given["queries"], given["dimension"])
    # Over unit vectors the inner product is cosine without its extra work.
    index = hnswlib.Index(space="ip", dim=given["dimension"])
    index.init_index(
        max_elements=len(base), M=given["m"], ef_construction=given["efConstruction"], random_seed=100
    )
    index.set_num_threads(1)
    start = time.perf_counter()
    index.add_items(base, num_threads=1)
    return {"ms": (time.perf_counter() - start) * 1000}


def block(given):
    index.set_ef(given["ef"])
    start, count, k = given["start"], given["count"], given["k"]
    warm = [(start + len(queries) - 1 - at) % len(queries) for at in range(WARM_UP)]
    index.knn_query(queries[warm], k=k, num_threads=1)
    times, found = [], []
    for first in range(start, start + count, given["chunk"]):
        asked = queries[first : first + given["chunk"]]
        before = time.perf_counter()
        labels, _ = index.knn_query(asked, k=k, num_threads=1)
        times.append((time.perf_counter() - before) * 1000)
        found.extend(labels.tolist())
    return {"chunkMs": times, "rows": found}


commands = {"fill": fill, "block": block}
for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps(commands[request["command"]](request)), flush=True)
