"""离任审计证据包校验程序的后半部分 / The latter part of the checker of an audit pack; `verify.py` of a book stands before it."""

import base64
import json
import os
import re
import sys
import zlib

from verify import BY_WORK, WORDS, Check, Form, asked, is_digest, told

# --- 以下为离任审计证据包 / what follows is of the pack of a departure audit

ABOUT = "离任审计证据包校验程序 / Checker of the pack of a departure audit"
FIGURES = "figures.jsonl"
TAKEN = ("taken", "evidence", "rules", "papers")
STANDING = ("engagement.json", "journal.jsonl", "tenure.toml")
BLOCK = re.compile(r'<script type="application/octet-stream" id="p0">([A-Za-z0-9+/=]*)</script>')

WORDS.update(
    {
        "anchor-book": ("审计项目所记的账册与包内账册不符", "the book in the pack is not what the engagement recorded of it"),
        "papers-last": ("清单所指的台账和报告不是日志最后登记的", "the papers named in the manifest are not those entered last"),
        "figure-form": ("该行不可读", "the line cannot be read"),
        "figure-unlisted": ("网页上的数字没有列入踪迹清单", "a figure of the page is missing from the list of traces"),
        "figure-lost": ("数字在结果的踪迹中找不到", "the trace of the release does not hold what the figure rests on"),
        "figure-other": ("清单所指的节点不是该数字的", "the list names nodes that are not those of the figure"),
        "figure-open": (
            "数字的踪迹没有通到报送单元格或参数",
            "the trace of the figure does not end in returned cells and parameters",
        ),
        "figure-record": (
            "数字所依据的文件或评价体系没有收入审计项目",
            "the figure rests on a file or scheme that the engagement did not take",
        ),
    }
)


class EngagementCheck(Check):
    """The folder of the engagement against its own journal."""

    entries = ()

    def against(self, entries):
        known = {folder: set() for folder in TAKEN}
        for number in sorted(entries):
            entry, place = entries[number], f"journal.jsonl:{number}"
            try:
                self.entered(entry["act"], entry["data"], place, known)
            except (KeyError, TypeError, AttributeError):
                self.fault("line-form", place)
        for name in sorted(self.present - set(STANDING)):
            folder, _, rest = name.partition("/")
            inside = rest.split("/")[0] if folder == "rules" else rest
            if inside not in known.get(folder, ()):
                self.fault("unrecorded", name)
        counts = ", ".join(f"{folder} {len(known[folder])}" for folder in TAKEN)
        self.done.append(
            self.words(f"审计项目日志所记的文件:{counts}", f"files named by the journal of the engagement: {counts}")
        )

    def entered(self, act, data, place, known):
        if act == "open":
            self.agrees("engagement.json", data["engagement"], "recorded", f"engagement.json ({place})")
        elif act == "take":
            name = "{}{}".format(data["sha256"], data["suffix"])
            known[data["folder"]].add(name)
            self.kept("{}/{}".format(data["folder"], name), {"sha256": data["sha256"], "sm3": data["sm3"]}, place)
        elif act == "rules":
            digest = data["record"]["sha256"]
            known["rules"].add(digest)
            manifest = self.manifest(f"rules/{digest}/manifest.json", place)
            if manifest is not None:
                self.named(f"rules/{digest}/manifest.json", digest, place)
                self.folder(f"rules/{digest}", manifest)
        elif act == "papers":
            for name, digests in data["record"]["files"].items():
                path = "{}/{}".format(data["record"]["folder"], name)
                known["papers"].add(path)
                if last(self.entries, data["id"], name) == digests:
                    self.kept(f"papers/{path}", digests, place)

    def kept(self, name, digests, place):
        if name not in self.present:
            self.fault("unkept", f"{name} ({place})")
        elif is_digest(digests):
            self.agrees(name, digests, "recorded", f"{name} ({place})")


def last(entries, content, name):
    """The digests of a file of papers as they were entered last; papers of the same content may be made again."""
    found = [e["data"]["record"]["files"].get(name) for e in entries if e["act"] == "papers" and e["data"]["id"] == content]
    return next((held for held in reversed(found) if held), None)


class AuditCheck(Check):
    """The pack as a whole: its manifest, the book in it, the engagement in it, and how the three hang together."""

    manifest_name, schema = "audit-pack.json", "gep.audit-pack/1"
    fields = ("schema", "files", "journal", "book", "papers", "digest")
    by_work = BY_WORK | {f"{folder}/{name}" for folder in ("book", "engagement") for name in BY_WORK}

    def part(self, kind, folder):
        """A check of a folder of the pack, with the hashes that were counted already."""
        made = kind(os.path.join(self.root, folder), self.lang)
        made.prefix, start = folder + "/", len(folder) + 1
        made.present = {name[start:] for name in self.present if name.startswith(folder + "/")}
        made.held = {name[start:]: held for name, held in self.held.items() if name.startswith(folder + "/")}
        return made

    def taken_in(self, part):
        """The faults of a part and what it checked; of what was not checked only what has to do with the part alone."""
        self.faults += [f for f in part.faults if f not in self.faults]
        self.notes += part.notes
        self.done += [f"{part.prefix}: {line}" for line in part.done]

    def book(self):
        part = self.part(Check, "book")
        pack = part.pack()
        entries = part.journal([])
        part.record(entries)
        if pack is not None and part.plain("journal.jsonl"):
            part.head(pack, entries)
        self.taken_in(part)
        return pack, entries

    def engagement(self):
        part = self.part(EngagementCheck, "engagement")
        entries = part.journal([])
        part.entries = [entries[number] for number in sorted(entries)]
        part.against(entries)
        self.taken_in(part)
        return part.entries

    def joined(self, pack, book, lines, entries):
        """What the engagement and the manifest say of the book, against the book; and which papers are the last."""
        ends = entries[-1] if entries else {"seq": 0, "hash": {"sha256": "-"}}
        self.same("head", "engagement/journal.jsonl", ends["seq"], pack["journal"]["seq"])
        self.same("head", "engagement/journal.jsonl", ends["hash"]["sha256"], pack["journal"]["sha256"])
        if book is not None:
            self.same("anchor-book", "book/pack.json", book["digest"]["sha256"], pack["book"]["digest"]["sha256"])
        papers = [e for e in entries if e["act"] == "papers"]
        self.same("papers-last", self.manifest_name, pack["papers"]["content"], papers[-1]["data"]["id"] if papers else "-")
        read = [e for e in entries if e["act"] in ("open", "access")]
        try:
            for entry in read[-1:]:
                self.anchored(entry["data"]["anchors"], book, lines)
        except (KeyError, TypeError, AttributeError):
            self.fault("line-form", f"engagement/journal.jsonl:{read[-1]['seq']}")
        self.done.append(
            self.words(
                "审计项目所记的账册(日志首尾、各年度的发布和封账文件)与包内账册一致",
                "what the engagement recorded of the book (first and last line, releases and closings) against the book",
            )
        )

    def same(self, kind, place, found, expected):
        if found != expected:
            self.fault(kind, place, found, expected)

    def anchored(self, anchors, book, lines):
        first, head = lines.get(1), lines.get(anchors["journal"]["seq"])
        where = "book/journal.jsonl"
        self.same("anchor-book", where, first and first["hash"]["sha256"], anchors["first"]["sha256"])
        self.same("anchor-book", where, head and head["hash"]["sha256"], anchors["journal"]["sha256"])
        if anchors["kind"] == "pack" and book is not None:
            self.same("anchor-book", "book/pack.json", book["digest"]["sha256"], anchors["pack"])
        releases = {e["seq"]: e["data"]["manifest"]["sha256"] for e in lines.values() if e["act"] == "run"}
        for used in anchors["used"]:
            place = "book/releases/{}".format(used["vintage"])
            self.same("anchor-book", place, releases.get(used["vintage"], "-"), used["release"])
            if used["closing"]:
                name = "book/closings/{}-{}.json".format(used["year"], used["vintage"])
                self.same("anchor-book", name, self.hashes(name)[1], used["closing"])

    def figures(self, pack, lines, entries):
        """Every printed figure down to what was returned: through the traces of the releases, or to a file that was taken."""
        listed = self.list_of_figures()
        folder = pack["papers"]["folder"]
        pages = [n for n in self.present if n.startswith(f"engagement/papers/{folder}/") and n.endswith(".html")]
        for name in sorted(pages):
            for address in sorted(self.shown(name) - set(listed)):
                self.fault("figure-unlisted", f"{name} {address}")
        taken = {"journal.jsonl", *(e["data"]["file"] for e in entries if e["act"] == "take")}
        traces, counted, over_term, schemes = {}, 0, 0, self.schemes()
        for address in sorted(listed):
            counted += 1
            _, at, vintage = address.rpartition("@")
            if at and vintage.isdigit():
                if vintage not in traces:
                    traces[vintage] = Trace(self, vintage)
                traces[vintage].follow(address, listed[address])
            elif address.startswith("record/plan/"):
                over_term += 1
            elif address.startswith("record/evaluation/"):
                if address.split("/")[2] not in schemes:
                    self.fault("figure-record", address)
            elif address.startswith("record/"):
                if not any(address == f"record/{n}" or address.startswith(f"record/{n}/") for n in taken):
                    self.fault("figure-record", address)
            else:
                self.fault("figure-lost", address)
        nodes = sum(len(trace.good) for trace in traces.values())
        where = ", ".join(sorted(f"{n[len('engagement/papers/') :]}" for n in pages)) or "-"
        self.done.append(
            self.words(
                f"台账和报告的 {counted} 个数字(含网页 {where} 上的全部):踪迹 {nodes} 个节点通到报送单元格、参数或收入的文件",
                f"{counted} figures of the papers (all of the page {where} among them): {nodes} nodes of their traces end in "
                "returned cells, parameters or files that were taken",
            )
        )

        if over_term:
            self.not_done.append(
                self.words(
                    f"{over_term} 个数字由任期账户算出,没有逐步踪迹:用 --reperform 重做",
                    f"{over_term} figures are of the account of the term and have no trace of their own: --reperform",
                )
            )

    def schemes(self):
        """The ids of the evaluation schemes among the kept rules."""
        found = set()
        for name in self.present:
            if re.fullmatch(r"engagement/rules/[0-9a-f]{64}/(ledgers|local)/evaluation/[^/]+\.toml", name) and self.plain(name):
                with open(self.path(name), encoding="utf-8", errors="replace") as stream:
                    found |= set(re.findall(r'^id\s*=\s*"([^"]*)"', stream.read(), re.MULTILINE))
        return found

    def list_of_figures(self):
        found = {}
        if not self.plain(FIGURES):
            self.fault("missing", FIGURES)
            return found
        with open(self.path(FIGURES), encoding="utf-8", errors="replace") as stream:
            for number, line in enumerate(stream, 1):
                try:
                    row = json.loads(line)
                    found[str(row["figure"])] = [str(node) for node in row["nodes"]]
                except (ValueError, KeyError, TypeError, RecursionError):
                    self.fault("figure-form", f"{FIGURES}:{number}")
        return found

    def shown(self, name):
        """The addresses of all figures of a page."""
        with open(self.path(name), encoding="utf-8", errors="replace") as stream:
            found = BLOCK.search(stream.read())
        try:
            return {row[0] for row in json.loads(zlib.decompress(base64.b64decode(found[1])))["figures"]}
        except (ValueError, KeyError, TypeError, IndexError, zlib.error):
            self.fault("figure-form", name)
            return set()

    def audit_limits(self, given):
        self.limits(given)
        self.not_done += [
            self.words(
                "台账、报告和评分是否算得正确:用 gep verify 本目录 --reperform 从包内重做并逐字节比对",
                "whether ledgers, report and score are right: gep verify THIS-FOLDER --reperform makes them again, byte by byte",
            ),
            self.words(
                "谁可以做哪一步(角色、是否编制人):gep verify 本目录",
                "who might take which act (roles, compilers of the accounts): gep verify THIS-FOLDER",
            ),
        ]


class Trace:
    """The trace of a vintage: of each node those below it, or why it may be an end."""

    def __init__(self, check, vintage):
        self.check, self.place = check, f"book/releases/{vintage}/trace.jsonl"
        self.below, self.ends, self.good, self.direct = {}, set(), set(), {}
        names = check.present
        self.returned = {n.split("/")[2].split(".")[0] for n in names if n.startswith("book/submissions/")}
        self.kept = {n.split("/", 3)[3] for n in names if n.startswith("book/catalogues/") and n.count("/") > 2}
        if not check.plain(self.place):
            return
        with open(check.path(self.place), encoding="utf-8", errors="replace") as stream:
            for line in stream:
                try:
                    node = json.loads(line)
                    self.below[node["id"]] = self.under(node)
                    for figure in node.get("figures", ()):
                        self.direct[figure] = node["id"]
                    if self.is_end(node):
                        self.ends.add(node["id"])
                except (ValueError, KeyError, TypeError, RecursionError):
                    continue  # what a figure rests on and cannot be read is told as lost

    def under(self, node):
        kind = node["kind"]
        if kind == "calculation":
            return [part["node"] for part in node["arguments"]] + [part["node"] for part in node["sums"]]
        if kind == "row_sum":
            return list(node["nodes"]) + [name for row in node["rows"] or [] for name in row["nodes"]]
        return [part["node"] for part in node["parts"]] if kind == "total" else []

    def is_end(self, node):
        """A cell of a return that is kept, a parameter of a kept file, rows of a record set, or what has no amount."""
        kind = node["kind"]
        if kind == "cell":
            return node["amount"] is None or node["sha256"] in self.returned
        if kind == "parameter":
            return node["file"] in self.kept
        if kind == "row_sum":
            return bool(node["selection"].get("record_set")) or node["n"] == 0
        return node["state"] != "value"

    def follow(self, address, starts):
        """Go down from a figure; each node once for all figures."""
        if not starts:
            self.check.fault("figure-lost", address)
        own = self.direct.get(address.rpartition("@")[0])
        if own is not None and starts != [own]:
            self.check.fault("figure-other", address, ", ".join(starts), own)
        stack = list(starts)
        while stack:
            name = stack.pop()
            if name in self.good:
                continue
            if name not in self.below:
                self.check.fault("figure-lost", f"{address} [{name}]")
                continue
            if not self.below[name] and name not in self.ends:
                self.check.fault("figure-open", f"{address} [{name}]")
                continue
            self.good.add(name)
            stack += self.below[name]


def audit_main():
    given = asked(ABOUT)
    check = AuditCheck(given.folder, given.lang)
    check.listing()
    pack = check.pack()
    book, lines = check.book()
    entries = check.engagement()
    if pack is not None:
        try:
            check.joined(pack, book, lines, entries)
            check.figures(pack, lines, entries)
        except (KeyError, TypeError, AttributeError, Form):
            check.fault("pack-form", check.manifest_name)
    seen = {(e["seq"], e["hash"]["sha256"]) for e in [*lines.values(), *entries]}
    for seq, digest in given.anchor:
        if (seq, digest) not in seen:
            check.fault("anchor", f"[{seq}]", "-", digest)
    held = {check.hashes(n)[1] for n in check.present if n.startswith("book/closings/")}
    held |= {made["digest"]["sha256"] for made in (pack, book) if made is not None}
    for wanted in given.digest:
        if wanted not in held:
            check.fault("digest", "book/closings/", "-", wanted)
    check.audit_limits(given.anchor + given.digest)
    return told(check, pack)


if __name__ == "__main__":
    sys.exit(audit_main())
