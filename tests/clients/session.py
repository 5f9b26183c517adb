#!/usr/bin/env python3
"""What a program does with the Python client, step by step: session.py URL.

The same steps as session.mjs and the same lines of JSON, one a step. Needs the package
`elasticsearch` 7.x (Debian: python3-elasticsearch); exits 77 when it is not there.
"""

import json
import sys

try:
    import elasticsearch
    from elasticsearch import helpers
except ImportError:
    sys.exit(77)

COUNT = 500
INDEX = "client-python"


def documents(operation="index", numbers=range(COUNT)):
    for number in numbers:
        yield {"_op_type": operation, "_index": INDEX, "_id": str(number), "number": number,
               "host": f"web-{number % 5}",
               "message": "all is well" if number % 50 else "disk is full"}


def accepts_the_server(client):
    assert client.info()["version"]["number"]


def makes_an_index(client):
    client.indices.delete(index=INDEX, ignore_unavailable=True)
    made = client.indices.create(index=INDEX, body={"mappings": {"properties": {
        "number": {"type": "long"}, "host": {"type": "keyword"}}}})
    assert made["acknowledged"] is True, made


def writes_by_its_bulk_helper(client):
    succeeded, errors = helpers.bulk(client, documents(), chunk_size=100, refresh=True)
    assert (succeeded, errors) == (COUNT, []), (succeeded, errors)


def counts_them(client):
    assert client.count(index=INDEX)["count"] == COUNT


def finds_words_in_order(client):
    found = client.search(index=INDEX, body={"query": {"match": {"message": "full"}},
                                             "sort": [{"number": "desc"}], "size": 3})
    assert found["hits"]["total"]["value"] == 10, found
    assert [hit["_id"] for hit in found["hits"]["hits"]] == ["450", "400", "350"], found


def puts_them_into_buckets(client):
    found = client.search(index=INDEX, body={"size": 0, "aggs": {
        "hosts": {"terms": {"field": "host"}}}})
    counts = [bucket["doc_count"] for bucket in found["aggregations"]["hosts"]["buckets"]]
    assert counts == [COUNT // 5] * 5, counts


def reads_one(client):
    assert client.get(index=INDEX, id="7")["_source"]["number"] == 7


def is_told_of_a_conflict(client):
    try:
        client.create(index=INDEX, id="7", body={"number": 7})
    except elasticsearch.ConflictError as error:
        assert error.status_code == 409 and error.error == "version_conflict_engine_exception"
    else:
        raise AssertionError("no error came")


def is_told_of_a_conflict_among_many(client):
    results = list(helpers.streaming_bulk(client, documents("create", [7, COUNT]),
                                          raise_on_error=False))
    assert [good for good, _ in results] == [False, True], results
    failed = results[0][1]["create"]
    assert failed["status"] == 409, failed
    assert failed["error"]["type"] == "version_conflict_engine_exception", failed


def is_told_of_a_missing_index(client):
    try:
        client.search(index=INDEX + "-missing")
    except elasticsearch.NotFoundError as error:
        assert error.error == "index_not_found_exception", error
    else:
        raise AssertionError("no error came")


def writes_by_the_parallel_helper(client):
    results = list(helpers.parallel_bulk(client, documents(), thread_count=2, chunk_size=50))
    assert len(results) == COUNT, len(results)
    assert all(good for good, _ in results), results


def deletes_the_index(client):
    client.indices.delete(index=INDEX)
    assert client.indices.exists(index=INDEX) is False


STEPS = [accepts_the_server, makes_an_index, writes_by_its_bulk_helper, counts_them,
         finds_words_in_order, puts_them_into_buckets, reads_one, is_told_of_a_conflict,
         is_told_of_a_conflict_among_many, is_told_of_a_missing_index,
         writes_by_the_parallel_helper, deletes_the_index]


def main():
    client = elasticsearch.Elasticsearch([sys.argv[1]], max_retries=0, http_compress=True)
    for step in STEPS:
        line = {"step": step.__name__.replace("_", " "), "ok": True}
        try:
            step(client)
        except Exception as error:  # a client may raise anything; the report names it
            line.update(ok=False, why=f"{type(error).__name__}: {error}"[:600])
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
