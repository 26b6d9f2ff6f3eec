"""Gives the graph of an audit to GraphRAG as a graph of one's own, and lets it make communities offline."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import pandas

from corpus import Corpus

SETTINGS = """\
completion_models:
  default_completion_model: {model_provider: openai, model: none, auth_method: api_key, api_key: none}
embedding_models:
  default_embedding_model: {model_provider: openai, model: none, auth_method: api_key, api_key: none}
input: {type: text}
workflows: [create_communities]
cluster_graph: {use_lcc: false, max_cluster_size: 10}
"""


def main():
    binary = str(pathlib.Path(sys.argv[1]).resolve())
    results = []

    def check(good, what):
        print(("ok   " if good else "FAIL ") + "graphrag: " + what, flush=True)
        results.append(bool(good))
        return bool(good)

    with tempfile.TemporaryDirectory(prefix="shelflife-graphrag-") as folder:
        root = pathlib.Path(folder)
        corpus = Corpus.hostile()
        audit = root / "audit.json"
        value = corpus.audit()
        # Every section names a file and a symbol, so that there is something to cluster.
        for number, page in enumerate(value["documents"]):
            for section in page["sections"]:
                section["mentions"] = [
                    {"kind": "path", "text": f"src/part{number % 7}.rs", "line": section["start"], "files": [f"src/part{number % 7}.rs"]},
                    {"kind": "symbol", "text": f"read_{number % 11}", "line": section["start"], "files": [f"src/part{number % 7}.rs"]},
                ]
        audit.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
        output = root / "output"
        subprocess.run([binary, "graph", audit, "--to", "graphrag", "-o", output], check=True)
        entities = pandas.read_parquet(output / "entities.parquet")
        relationships = pandas.read_parquet(output / "relationships.parquet")
        titles = set(entities["title"])
        check(len(titles) == len(entities) and entities["id"].is_unique, f"{len(entities)} entities, each with a name of its own")
        check(set(corpus.pages) <= titles, "every page is an entity, whatever its name holds")
        check(set(relationships["source"]) | set(relationships["target"]) <= titles, f"{len(relationships)} relationships between them")
        check(entities["text_unit_ids"].map(lambda ids: hasattr(ids, "__len__")).all(), "lists are read as lists")
        (root / "settings.yaml").write_text(SETTINGS, "utf-8")
        (root / "input").mkdir()
        (root / "input" / "none.txt").write_text("nothing", "utf-8")
        graphrag = shutil.which("graphrag", path=str(pathlib.Path(sys.executable).parent))
        run = subprocess.run([graphrag, "index", "--root", root, "--skip-validation"], capture_output=True, text=True)
        communities = output / "communities.parquet"
        if check(run.returncode == 0 and communities.exists(), "it makes communities of the graph"):
            table = pandas.read_parquet(communities)
            members = {i for ids in table["entity_ids"] for i in ids}
            check(len(table) > 1, f"{len(table)} communities")
            check(members <= set(entities["id"]) and len(members) > len(entities) / 2, f"with {len(members)} of our entities")
        else:
            for log in root.rglob("*.log"):
                print(log.read_text("utf-8", "replace")[-3000:], flush=True)
            print((run.stdout + run.stderr)[-3000:], flush=True)
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    sys.exit(0 if all(results) else 1)


main()
