"""Queries real stores with and without an exported filter: exactly the excluded records may go."""

import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import traceback

from corpus import Corpus

STORES = {}
DIMENSIONS = 4


def store(function):
    """Registers a store: a function that is given records and a file with the filter, and returns the
    numbers of the records that a query finds without and with it."""
    STORES[function.__name__] = function
    return function


def vector(record):
    return [1.0, record["number"] / 100_000, 0.0, 0.5]


QUERY = [1.0, 0.0, 0.0, 0.5]


@store
def qdrant(records, field, export, folder):
    from qdrant_client import QdrantClient, models

    client = QdrantClient(":memory:")
    client.create_collection("c", models.VectorParams(size=DIMENSIONS, distance=models.Distance.COSINE))
    points = [models.PointStruct(id=r["number"], vector=vector(r), payload=r["fields"]) for r in records]
    client.upsert("c", points)
    found = lambda f: [p.id for p in client.query_points("c", query=QUERY, query_filter=f, limit=len(records)).points]
    return found(None), found(models.Filter.model_validate_json(export.read_text("utf-8")))


@store
def chroma(records, field, export, folder):
    import chromadb

    client = chromadb.PersistentClient(str(folder / "chroma"), chromadb.Settings(anonymized_telemetry=False))
    collection = client.create_collection("chunks")
    for start in range(0, len(records), 2000):
        part = records[start:start + 2000]
        collection.add(ids=[str(r["number"]) for r in part], embeddings=[vector(r) for r in part],
                       metadatas=[r["fields"] or {"other": "x"} for r in part])
    where = json.loads(export.read_text("utf-8"))
    found = lambda w: [int(i) for i in collection.query(query_embeddings=[QUERY], n_results=len(records), where=w)["ids"][0]]
    return found(None), found(where)


@store
def lancedb(records, field, export, folder):
    import lancedb as lance
    import pyarrow as pa

    schema = pa.schema([("number", pa.int64()), ("vector", pa.list_(pa.float32(), DIMENSIONS)),
                        ("path", pa.string()), ("section_id", pa.string())])
    rows = [{"number": r["number"], "vector": vector(r), "path": r["fields"].get("path"),
             "section_id": r["fields"].get("section_id")} for r in records]
    table = lance.connect(folder / "lance").create_table("c", rows, schema=schema)

    def found(where):
        query = table.search(QUERY).limit(len(records))
        if where:
            query = query.where(where, prefilter=True)
        return [row["number"] for row in query.to_list()]

    return found(None), found(export.read_text("utf-8"))


@store
def milvus(records, field, export, folder):
    from pymilvus import MilvusClient

    client = MilvusClient(str(folder / "milvus.db"))
    client.create_collection("c", dimension=DIMENSIONS, metric_type="COSINE", auto_id=False)
    for start in range(0, len(records), 2000):
        client.insert("c", [{"id": r["number"], "vector": vector(r), **r["fields"]} for r in records[start:start + 2000]])
    found = lambda f: [row["id"] for row in client.search("c", [QUERY], filter=f, limit=len(records))[0]]
    result = found(""), found(export.read_text("utf-8"))
    client.close()
    return result


@store
def pgvector(records, field, export, folder):
    import pgserver
    import psycopg

    server = pgserver.get_server(folder / "postgres", cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as db:
            db.execute("CREATE EXTENSION vector")
            db.execute(f"CREATE TABLE chunks (number int, path text, section_id text, v vector({DIMENSIONS}))")
            with db.cursor() as cursor:
                cursor.executemany("INSERT INTO chunks VALUES (%s, %s, %s, %s)",
                                   [(r["number"], r["fields"].get("path"), r["fields"].get("section_id"),
                                     str(vector(r))) for r in records])
            for setting in ["on", "off", "on"]:
                # The same however often it runs, and whatever this setting says.
                db.execute(f"SET standard_conforming_strings = {setting}")
                db.execute(export.read_text("utf-8"))
            found = lambda where: [row[0] for row in db.execute(
                f"SELECT number FROM chunks WHERE true {where} ORDER BY v <=> '{QUERY}'")]
            without = found("")
            return without, found(
                f"AND NOT EXISTS (SELECT FROM shelflife_exclusions x WHERE x.id = chunks.{field})")
    finally:
        server.cleanup()


@store
def llamaindex(records, field, export, folder):
    from llama_index.core.schema import TextNode
    from llama_index.core.vector_stores import MetadataFilters, SimpleVectorStore, VectorStoreQuery

    vectors = SimpleVectorStore()
    vectors.add([TextNode(id_=str(r["number"]), text="x", metadata=r["fields"], embedding=vector(r)) for r in records])
    filters = MetadataFilters.model_validate_json(export.read_text("utf-8"))

    def found(filters):
        query = VectorStoreQuery(query_embedding=QUERY, similarity_top_k=len(records), filters=filters)
        return [int(i) for i in vectors.query(query).ids]

    return found(None), found(filters)


@store
def haystack(records, field, export, folder):
    from haystack import Document
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    documents = InMemoryDocumentStore()
    documents.write_documents([Document(id=str(r["number"]), content="x", embedding=vector(r), meta=r["fields"])
                               for r in records])
    filters = json.loads(export.read_text("utf-8"))
    found = lambda f: [int(d.id) for d in documents.embedding_retrieval(QUERY, filters=f, top_k=len(records))]
    return found(None), found(filters)


@store
def langchain(records, field, export, folder):
    from langchain_core.documents import Document
    from langchain_core.embeddings import DeterministicFakeEmbedding
    from langchain_core.vectorstores import InMemoryVectorStore

    vectors = InMemoryVectorStore(DeterministicFakeEmbedding(size=DIMENSIONS))
    vectors.add_documents([Document(id=str(r["number"]), page_content="x", metadata=r["fields"]) for r in records])
    spec = importlib.util.spec_from_file_location("exclusions", export)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = lambda f: [int(d.id) for d in vectors.similarity_search("x", k=len(records), filter=f)]
    return found(None), found(module.keep)


def run_case(binary, name, corpus, by, most, folder):
    audit = folder / "audit.json"
    corpus.write(audit)
    export = folder / ("exclusions.py" if name == "langchain" else "exclusions")
    field = "path" if by == "document" else "section_id"
    command = [binary, "export", audit, "--to", name, "--id-field", field, "--max-excluded", "1", "-o", export]
    if by == "pieces":
        records, pieces = corpus.pieces()
        file = folder / "pieces.jsonl"
        file.write_text("".join(json.dumps(piece) + "\n" for piece in pieces), "utf-8")
        command += ["--pieces", file]
    else:
        records = corpus.records(most)
        command += ["--by", by]
    if by == "section":
        command += ["--id", "{path}#{section}"]
    subprocess.run(command, check=True)
    without, kept = STORES[name](records, field, export, folder)
    everything = {r["number"] for r in records}
    assert sorted(without) == sorted(everything), f"without the filter {len(without)} of {len(everything)} are found"
    assert len(kept) == len(set(kept)), "a record is found twice"
    wanted = {r["number"] for r in records if not r[by]}
    assert 0 < len(wanted) <= len(everything)
    by_number = {r["number"]: r["fields"] for r in records}
    lost = [by_number[n] for n in sorted(wanted - set(kept))]
    still = [by_number[n] for n in sorted(set(kept) - wanted)]
    assert not lost, f"{len(lost)} right records are gone, such as {lost[:3]}"
    assert not still, f"{len(still)} excluded records are still there, such as {still[:3]}"
    return len(everything) - len(wanted)


def main():
    binary = str(pathlib.Path(sys.argv[1]).resolve())
    names = sys.argv[2:] or list(STORES)
    hostile = Corpus.hostile()
    nothing = Corpus({"docs/right.md": [False], "docs/also-right.md": [False]})
    large = Corpus.large(20_000)
    cases = [("hostile names by page", hostile, "document", None),
             ("hostile names by section", hostile, "section", None),
             ("wrong lines by piece", Corpus.long(), "pieces", None),
             ("nothing excluded", nothing, "document", None),
             ("20,000 exclusions", large, "document", 1_000)]
    passed = failed = 0
    for name in names:
        for title, corpus, by, most in cases:
            started = time.monotonic()
            try:
                with tempfile.TemporaryDirectory(prefix="shelflife-stores-") as folder:
                    gone = run_case(binary, name, corpus, by, most, pathlib.Path(folder))
                passed += 1
                print(f"ok   {name}: {title} ({gone} gone, {time.monotonic() - started:.1f} s)", flush=True)
            except Exception as error:
                failed += 1
                print(f"FAIL {name}: {title}: {type(error).__name__}: {str(error)[:2000]}", flush=True)
                if not isinstance(error, AssertionError):
                    print("".join(traceback.format_exception(error)[-4:])[:3000], flush=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
