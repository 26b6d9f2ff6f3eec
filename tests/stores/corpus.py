"""An audit with hostile names, and the records that an index would hold of its pages."""

import json

NAMES = [
    "docs/plain.md",
    "docs/it's.md",
    'docs/"quoted".md',
    "docs/$HOME/${x}/$(rm).md",
    "docs/back\\slash\\.md",
    "docs/new\nline.md",
    "docs/return\r\nline.md",
    "docs/tab\there.md",
    "docs/\x01control\x7f.md",
    "docs/日本語の手順書.md",
    "docs/🦀 crab.md",
    "!not.md",
    "#hash.md",
    "docs/ends with blanks  ",
    "docs/*?[a-z].md",
    "docs/a|b;c,d.md",
    "docs/%s %(x)s {} {{}} {0}.md",
    "docs/') OR 1=1 --.md",
    'docs/"]}},{"x":"y.md',
    "docs/\u202eright-to-left\u2028.md",
    'docs/\\\\".md',
    "docs/E'\\'' ; DROP TABLE chunks; --.md",
    "docs/'''\"\"\"\\",
]

EDIT = {"date": "2026-05-01T00:00:00Z", "author": "A", "commit": None}


def page(name, wrong, length=10):
    """A page of an audit: for each of its sections, `length` lines long, whether it is wrong."""
    sections = [
        {"id": f"s{i}", "heading_path": ["Top", f"S{i}"], "start": length * i + 1, "end": length * i + length,
         "content_hash": f"fnv1a:{i:016x}", "last_edited": EDIT}
        for i in range(len(wrong))
    ]
    return {"id": name, "title": name, "source": "git", "url": None, "format": "markdown",
            "tense": "current", "tense_reason": None, "last_edited": EDIT, "references": 1,
            "findings": sum(wrong), "inconclusive": 0, "sections": sections}


def finding(name, i, length=10):
    """A finding that excludes section `i`, or, of a long one, its fifth line."""
    return {"rule": "dead-flag", "severity": "error", "confidence": {"level": "high", "probability": 0.97},
            "message": "`--x` isn't in the \"code\"", "section": f"s{i}",
            "location": {"document": name, "start": {"line": length * i + 5, "column": 1},
                         "end": {"line": length * i + 5, "column": 4}, "text": "--x"},
            "evidence": {"moment": None, "witnesses": [], "witness_count": 0, "now": [], "cause": None,
                         "replacement": None},
            "fingerprint": f"f{i}", "fix": None}


class Corpus:
    """Pages, and which sections of theirs are wrong."""

    def __init__(self, pages, length=10):
        self.pages = dict(pages)
        self.length = length

    @classmethod
    def hostile(cls):
        """Each name once wholly wrong, once right, and once wrong in its first section."""
        pages = {}
        for i, name in enumerate(NAMES):
            pages[name] = [True, True] if i % 2 else [False, False]
            pages[f"right/{name}"] = [False, False]
            pages[f"partly/{name}"] = [True, False, False]
        return cls(pages)

    @classmethod
    def long(cls):
        """Sections so long that only a line of those that are wrong goes."""
        return cls({name: [True, False] for name in NAMES}, 60)

    @classmethod
    def large(cls, count):
        """So many pages that are wrong, and a tenth of that which are right."""
        pages = {f"docs/wrong/{i:05}.md": [True] for i in range(count)}
        pages.update({f"docs/right/{i:05}.md": [False] for i in range(count // 10)})
        return cls(pages)

    def audit(self):
        findings = [finding(n, i, self.length) for n, w in self.pages.items() for i, x in enumerate(w) if x]
        summary = dict.fromkeys(
            ["documents", "documents_with_findings", "references", "findings", "errors", "warnings", "notes",
             "suppressed", "baselined", "below_confidence", "documents_inconclusive", "historical",
             "unread_files"], 0)
        return {"schema_version": 1, "tool": {"name": "shelflife", "version": "0"},
                "now": "2026-06-01T00:00:00Z", "scope": "full", "summary": summary, "systems": [],
                "documents": [page(n, w, self.length) for n, w in self.pages.items()], "findings": findings,
                "inconclusive": [], "suppressed": []}

    def write(self, path):
        path.write_text(json.dumps(self.audit(), ensure_ascii=False), encoding="utf-8")

    def pieces(self):
        """An index of half sections: its records, and what it lists of them."""
        records, pieces = [], []
        for name, wrong in self.pages.items():
            for i, is_wrong in enumerate(wrong):
                for half in (0, 1):
                    number = len(records)
                    fields = {"path": name, "section_id": f"{name}, piece {i}/{half}"}
                    start = self.length * i + self.length // 2 * half + 1
                    pieces.append({"id": fields["section_id"], "page": name, "start": start,
                                   "end": start + self.length // 2 - 1})
                    records.append({"number": number, "fields": fields, "pieces": is_wrong and half == 0})
                    if number % 5 == 0:
                        records.append({"number": number + 1, "fields": {}, "pieces": False})
        return records, pieces

    def records(self, most=None):
        """What an index holds: one record a section, with the fields by which it may be known. Every
        fifth has none of them, as records from another source have."""
        records = []
        for name, wrong in self.pages.items():
            whole = sum(wrong) * 2 >= len(wrong) and any(wrong)
            for i, is_wrong in enumerate(wrong):
                number = len(records)
                fields = {"path": name, "section_id": f"{name}#s{i}"}
                records.append({"number": number, "fields": fields, "document": whole, "section": is_wrong})
                if number % 5 == 0:
                    records.append({"number": number + 1, "fields": {}, "document": False, "section": False})
        if most is not None and len(records) > most:
            # Evenly thinned, so that all kinds stay.
            step = len(records) / most
            records = [records[int(i * step)] for i in range(most)]
        for number, record in enumerate(records):
            record["number"] = number
        return records
