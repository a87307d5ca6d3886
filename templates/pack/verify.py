"""证据包校验程序 / Checker of an evidence pack.

    python3 -I verify.py [--anchor SEQ:SHA256]... [--digest SHA256]... [--lang zh|en] [FOLDER]

只需 Python 3.8 以上,不需要任何其他软件,不联网,不写任何文件。退出码:0 所校验的内容未发现问题,1 发现问题,2 用法错误。
Needs Python 3.8 or newer and nothing else, no network, and writes nothing. Exit code: 0 no fault in what was checked,
1 faults found, 2 misuse.
"""

import argparse
import hashlib
import json
import os
import re
import stat
import sys

CHUNK = 1 << 20
HEX = re.compile(r"[0-9a-f]{64}")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
FIELDS = {"seq", "act", "who", "when", "why", "data", "prev", "hash"}
ZEROS = {"sha256": "0" * 64, "sm3": "0" * 64}
SUMS = {"SHA256SUMS": "sha256", "SM3SUMS": "sm3"}
BY_WORK = {"accounts.duckdb", "accounts.duckdb.wal", ".lock", ".lock-holder"}
RECORD = ("submissions", "evidence", "rules", "catalogues", "releases", "closings")
LARGEST = 2**53 - 1

WORDS = {
    "pack-missing": ("没有清单", "there is no manifest"),
    "pack-form": ("不是规范的清单", "this is no canonical manifest"),
    "pack-digest": ("清单与其自身的摘要不符", "the manifest does not agree with its own digest"),
    "name": ("不是普通文件,或名称不在包内", "no plain file, or its name leads out of the pack"),
    "missing": ("清单所列的文件不存在", "a file of the manifest is missing"),
    "changed": ("文件与清单所记的哈希不符", "the file does not have the hash of the manifest"),
    "changed-sm3": ("文件与清单所记的 SM3 不符", "the file does not have the SM3 of the manifest"),
    "extra": ("文件不在清单中", "the file is not in the manifest"),
    "sums": ("校验和列表与清单不一致", "the list of sums does not agree with the manifest"),
    "head": (
        "日志最后一条与清单所记不符(被截去、增加或改动)",
        "the last journal entry is not the one in the manifest (cut, added, changed)",
    ),
    "line-json": ("该行不是 JSON", "the line is no JSON"),
    "line-form": ("该行不是一条规范的日志", "the line is no canonical journal entry"),
    "line-torn": ("最后一行不完整", "the last line is not finished"),
    "line-hash": ("该条与其自身的哈希不符", "the entry does not agree with its own hash"),
    "line-sm3": ("该条与其自身的 SM3 不符", "the entry does not agree with its own SM3"),
    "line-seq": ("序号不连续", "the sequence number is not the next one"),
    "line-prev": ("与上一条的哈希不相接", "the entry is not chained to the line before"),
    "line-clock": ("时间早于上一条(顺序以序号为准)", "the time is before that of the line before (the sequence is the order)"),
    "anchor": ("与外部锚点不符", "the entry does not agree with the anchor"),
    "digest": ("没有封账文件或证据包具有该摘要", "no closing document, nor the pack, has this digest"),
    "unrecorded": ("日志没有记录该文件", "the journal does not know the file"),
    "unkept": ("日志所记的文件不存在", "a file that the journal names is missing"),
    "recorded": ("文件与日志所记的哈希不符", "the file does not have the hash that the journal recorded"),
    "manifest-form": ("清单不可读或与其自身的摘要不符", "the manifest cannot be read or does not agree with its own digest"),
    "manifest-journal": ("结果清单与日志所记的摘要不符", "the manifest of the release is not the one in the journal"),
    "release-file": ("结果文件与其清单不符", "the file of the release does not agree with its manifest"),
}


class Form(ValueError):
    """Text that is no canonical JSON of the accounts."""


def canonical(value):
    """JSON after RFC 8785 for what the accounts use: text, whole numbers, true, false, null, lists, objects."""
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise Form("number")
        return str(value)
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    if isinstance(value, dict):
        # names are sorted by UTF-16 units: beyond U+FFFF that is not the order of the characters
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(canonical(name) + ":" + canonical(value[name]) for name in names) + "}"
    raise Form(type(value).__name__)


def no_number(text):
    raise Form(text)


def parsed(raw):
    """The value of canonical JSON; Form if a byte is other than the canonical form has it."""
    try:
        value = json.loads(raw.decode("utf-8"), parse_float=no_number, parse_constant=no_number)
        same = canonical(value).encode("utf-8") == raw
    except Form:
        raise
    except (ValueError, RecursionError):
        raise Form("JSON") from None
    if not same:
        raise Form("canonical")
    return value


def sm3_known():
    try:
        return hashlib.new("sm3", b"abc").hexdigest() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    except ValueError:
        return False


def is_digest(value):
    return (
        isinstance(value, dict)
        and set(value) == {"sha256", "sm3"}
        and all(isinstance(text, str) and HEX.fullmatch(text) for text in value.values())
    )


def is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_name(name):
    """A name inside the folder: relative, with / between the parts, none of them leading upwards."""
    if not isinstance(name, str) or not name.isprintable() or "\\" in name or ":" in name.split("/")[0]:
        return False
    return all(part not in ("", ".", "..") for part in name.split("/"))


class Check:
    """One check of one folder: what is wrong, what was checked and what was not."""

    prefix = ""  # before every name that is told
    manifest_name, schema = "pack.json", "gep.pack/1"
    fields = ("schema", "files", "journal", "vintages", "digest")
    by_work = BY_WORK

    def __init__(self, root, lang):
        self.root, self.lang = root, lang
        self.faults, self.notes, self.done, self.not_done = [], [], [], []
        self.sm3 = sm3_known()
        self.held = {}  # name -> (bytes, sha256, sm3 or "")
        self.present = set()

    def words(self, zh, en):
        return {"zh": zh, "en": en, "": f"{zh} / {en}"}[self.lang]

    def fault(self, kind, place, found="", expected="", note=False):
        text = f"{kind}  {self.prefix}{place}: {self.words(*WORDS[kind])}"
        if expected:
            text += "\n    {} {}\n    {} {}".format(self.words("应为", "expected"), expected, self.words("实为", "found"), found)
        target = self.notes if note else self.faults
        if text not in target:
            target.append(text)

    def path(self, name):
        return os.path.join(self.root, *name.split("/"))

    def plain(self, name):
        """Whether the name is a plain file, with no symbolic link on the way."""
        path = self.root
        for part in name.split("/"):
            path = os.path.join(path, part)
            try:
                mode = os.lstat(path).st_mode
            except OSError:
                return False
            if stat.S_ISLNK(mode):
                return False
        return stat.S_ISREG(mode)

    def hashes(self, name):
        """(bytes, sha256, sm3) of a plain file, ("", "-", "-") for what is none; read once."""
        if name not in self.held:
            if not self.plain(name):
                return "", "-", "-"
            size, one, two = 0, hashlib.sha256(), hashlib.new("sm3") if self.sm3 else None
            with open(self.path(name), "rb") as stream:
                for piece in iter(lambda: stream.read(CHUNK), b""):
                    size += len(piece)
                    one.update(piece)
                    if two is not None:
                        two.update(piece)
            self.held[name] = (size, one.hexdigest(), two.hexdigest() if two is not None else "")
        return self.held[name]

    def agrees(self, name, wanted, kind, place=""):
        """Compare a file with {bytes?, sha256, sm3}; a fault of this kind if it differs."""
        size, one, two = self.hashes(name)
        if one != wanted["sha256"] or wanted.get("bytes", size) != size:
            sizes = (f" ({size})", f" ({wanted['bytes']})") if "bytes" in wanted else ("", "")
            self.fault(kind, place or name, one + sizes[0], wanted["sha256"] + sizes[1])
        elif self.sm3 and two != wanted["sm3"]:
            self.fault("changed-sm3", place or name, two, wanted["sm3"])

    def listing(self):
        """Every name in the folder that is no folder; links are named and not followed."""
        for folder, folders, files in os.walk(self.root):
            for name in files + [f for f in folders if os.path.islink(os.path.join(folder, f))]:
                path = os.path.relpath(os.path.join(folder, name), self.root).replace(os.sep, "/")
                self.present.add(path)
                if not self.plain(path):
                    self.fault("name", path)

    def pack(self):
        """The manifest against itself, every file against it, and the lists of sums."""
        own = self.manifest_name
        try:
            with open(self.path(own), "rb") as stream:
                raw = stream.read()
        except OSError:
            self.fault("pack-missing", own)
            return None
        try:
            if not raw.endswith(b"\n"):
                raise Form("end")
            data = parsed(raw[:-1])
            self.pack_form(data)
        except Form:
            self.fault("pack-form", own)
            return None
        body = {name: data[name] for name in data if name != "digest"}
        text = canonical(body).encode("utf-8")
        counted = hashlib.sha256(text).hexdigest()
        if counted != data["digest"]["sha256"]:
            self.fault("pack-digest", own, counted, data["digest"]["sha256"])
        elif self.sm3 and hashlib.new("sm3", text).hexdigest() != data["digest"]["sm3"]:
            self.fault("pack-digest", own, hashlib.new("sm3", text).hexdigest(), data["digest"]["sm3"])
        listed = {entry["name"]: entry for entry in data["files"]}
        for name in sorted(listed):
            if name not in self.present:
                self.fault("missing", name)
            else:
                self.agrees(name, listed[name], "changed")
        for name in sorted(self.present - set(listed) - {own} - set(SUMS)):
            if name in self.by_work:
                self.not_done.append(
                    self.words(
                        f"{name}:使用证据包时生成,不属于证据包,可删除",
                        f"{name}: made by working with the pack, no part of it, may be deleted",
                    )
                )
            else:
                self.fault("extra", name)
        self.sums(listed)
        count, zh, en = len(listed), " 与 SM3" if self.sm3 else "", " and SM3" if self.sm3 else ""
        self.done.append(
            self.words(
                f"{own} 的摘要与 {count} 个文件的 SHA-256{zh},缺少与多出的文件,校验和列表",
                f"digest of {own}, SHA-256{en} of {count} files, missing and extra files, lists of sums",
            )
        )
        return data

    def pack_form(self, data):
        if not isinstance(data, dict) or set(data) != set(self.fields):
            raise Form("fields")
        files, journal = data["files"], data["journal"]
        if data["schema"] != self.schema or not is_digest(data["digest"]) or not isinstance(files, list):
            raise Form("schema")
        if not isinstance(journal, dict) or not is_count(journal.get("seq")):
            raise Form("journal")
        if not is_digest({name: journal[name] for name in journal if name != "seq"}):
            raise Form("journal")
        for entry in files:
            if not isinstance(entry, dict) or set(entry) != {"name", "bytes", "sha256", "sm3"}:
                raise Form("files")
            if not is_name(entry["name"]) or not is_count(entry["bytes"]):
                raise Form("files")
            if not is_digest({"sha256": entry["sha256"], "sm3": entry["sm3"]}):
                raise Form("files")
        if len({entry["name"] for entry in files}) != len(files):
            raise Form("files")

    def sums(self, listed):
        """SHA256SUMS and SM3SUMS line by line; that of the manifest is left to its own digest where SM3 cannot be counted."""
        manifest = self.hashes(self.manifest_name)
        for name, kind in SUMS.items():
            if name not in self.present:
                self.fault("missing", name)
                continue
            expected = {entry: listed[entry][kind] for entry in listed}
            own = manifest[1] if kind == "sha256" else manifest[2]
            with open(self.path(name), "rb") as stream:
                lines = stream.read().decode("utf-8", "replace").split("\n")
            if lines[-1] != "":
                self.fault("sums", f"{name}:{len(lines)}")
            found = [line.partition("  ") for line in lines[:-1]]
            if not own:  # no SM3 here: any digest of the manifest is taken as it stands
                own = {entry: text for text, _, entry in found}.get(self.manifest_name, "")
            expected[self.manifest_name] = own
            wanted = [f"{expected[entry]}  {entry}" for entry in sorted(expected)]
            for number, line in enumerate(lines[:-1], 1):
                if number > len(wanted) or line != wanted[number - 1]:
                    right = wanted[number - 1] if number <= len(wanted) else "-"
                    self.fault("sums", f"{name}:{number}", line, right)
                    break
            else:
                if len(lines) - 1 < len(wanted):
                    self.fault("sums", f"{name}:{len(lines)}", "-", wanted[len(lines) - 1])

    def journal(self, anchors):
        """The journal line by line; its entries by line number, those that can be read."""
        entries, before, broken = {}, None, False
        if not self.plain("journal.jsonl"):
            self.fault("unkept", "journal.jsonl")
            return entries
        with open(self.path("journal.jsonl"), "rb") as stream:
            for number, line in enumerate(stream, 1):
                place = f"journal.jsonl:{number}"
                entry = self.entry(place, line)
                if entry is None:
                    broken = True
                    continue
                self.follows(place, number, entry, before, broken)
                entries[number], before, broken = entry, entry, False
        known = {entry["seq"]: entry["hash"]["sha256"] for entry in entries.values()}
        for seq, digest in anchors:
            if known.get(seq) != digest:
                self.fault("anchor", f"journal.jsonl [{seq}]", known.get(seq, "-"), digest)
        self.done.append(self.words(f"日志 {len(entries)} 条的哈希链", f"hash chain of {len(entries)} journal entries"))
        return entries

    def entry(self, place, line):
        """One line as an entry, or None if it cannot be read as one."""
        if not line.endswith(b"\n"):
            self.fault("line-torn", place)
            return None
        try:
            json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError):
            self.fault("line-json", place)
            return None
        try:
            entry = parsed(line[:-1])
            if not isinstance(entry, dict) or set(entry) != FIELDS or not is_count(entry["seq"]):
                raise Form("fields")
            texts = [entry[name] for name in ("act", "who", "when", "why")]
            if not all(isinstance(text, str) for text in texts) or not isinstance(entry["data"], dict):
                raise Form("types")
            if not INSTANT.fullmatch(entry["when"]) or not is_digest(entry["prev"]) or not is_digest(entry["hash"]):
                raise Form("types")
        except Form:
            self.fault("line-form", place)
            return None
        text = canonical({name: entry[name] for name in entry if name != "hash"}).encode("utf-8")
        counted = hashlib.sha256(text).hexdigest()
        if counted != entry["hash"]["sha256"]:
            self.fault("line-hash", place, entry["hash"]["sha256"], counted)
        if self.sm3 and hashlib.new("sm3", text).hexdigest() != entry["hash"]["sm3"]:
            self.fault("line-sm3", place, entry["hash"]["sm3"], hashlib.new("sm3", text).hexdigest())
        return entry

    def follows(self, place, number, entry, before, broken):
        if entry["seq"] != (before["seq"] + 1 if before and not broken else number):
            self.fault("line-seq", place, entry["seq"], before["seq"] + 1 if before and not broken else number)
        if broken:  # the line before cannot be read: it is the fault
            return
        expected = before["hash"] if before else ZEROS
        if entry["prev"] != expected:
            self.fault("line-prev", place, entry["prev"]["sha256"], expected["sha256"])
        if before and entry["when"] < before["when"]:
            self.fault("line-clock", place, entry["when"], before["when"], note=True)

    def record(self, entries):
        """What the journal names against the files: originals, releases, rules, catalogues, closings, evidence."""
        known = {folder: set() for folder in RECORD}
        for number in sorted(entries):
            entry, place = entries[number], f"journal.jsonl:{number}"
            try:
                self.act(entry["act"], entry["data"], entry["seq"], place, known)
            except (KeyError, TypeError, AttributeError):
                self.fault("line-form", place)
        for folder in RECORD:
            for name in sorted(n for n in self.present if n.startswith(folder + "/")):
                if name.split("/")[1] not in known[folder]:
                    self.fault("unrecorded", name)
        counts = ", ".join(f"{folder} {len(known[folder])}" for folder in RECORD)
        self.done.append(self.words(f"日志所记的原件与记录:{counts}", f"originals and records named by the journal: {counts}"))

    def act(self, act, data, seq, place, known):
        if act == "submit" and data["status"] == "accepted":
            self.original("submissions", data, place, known)
        elif act == "attach":
            self.original("evidence", data, place, known)
        elif act == "run":
            known["releases"].add(str(seq))
            self.release(str(seq), data["manifest"], place)
            known["rules"].add(data["rules_hash"])
            self.named("rules/{}/frozen.json".format(data["rules_hash"]), data["rules_hash"], place)
            if data.get("catalogue"):
                known["catalogues"].add(data["catalogue"])
                self.catalogue(data["catalogue"], place)
        elif act == "close":
            name = "{}-{}.json".format(data["year"], data["vintage"])
            known["closings"].add(name)
            if "closings/" + name not in self.present:
                self.fault("unkept", f"closings/{name} ({place})")
            elif is_digest(data.get("closing")):
                self.agrees("closings/" + name, data["closing"], "recorded", f"closings/{name} ({place})")

    def original(self, folder, data, place, known):
        name = "{}{}".format(data["sha256"], data["suffix"])
        known[folder].add(name)
        wanted = {"bytes": data["bytes"], "sha256": data["sha256"], "sm3": data["sm3"]}
        if f"{folder}/{name}" not in self.present:
            self.fault("unkept", f"{folder}/{name} ({place})")
        else:
            self.agrees(f"{folder}/{name}", wanted, "recorded", f"{folder}/{name} ({place})")

    def named(self, name, sha256, place):
        """A file named by its own SHA-256."""
        if name not in self.present:
            self.fault("unkept", f"{name} ({place})")
        elif self.hashes(name)[1] != sha256:
            self.fault("recorded", f"{name} ({place})", self.hashes(name)[1], sha256)

    def manifest(self, name, place):
        """A manifest as data, or None with a fault."""
        if name not in self.present or not self.plain(name):
            self.fault("unkept", f"{name} ({place})")
            return None
        with open(self.path(name), "rb") as stream:
            raw = stream.read()
        try:
            if not raw.endswith(b"\n"):
                raise Form("end")
            data = parsed(raw[:-1])
            for entry in data["files"]:
                if not is_name(entry["name"]) or not is_digest({k: entry[k] for k in ("sha256", "sm3")}):
                    raise Form("files")
                if not is_count(entry["bytes"]):
                    raise Form("files")
        except (Form, KeyError, TypeError):
            self.fault("manifest-form", name)
            return None
        return data

    def release(self, vintage, recorded, place):
        name = f"releases/{vintage}/manifest.json"
        data = self.manifest(name, place)
        if data is None:
            return
        text = canonical({k: data[k] for k in data if k != "digest"}).encode("utf-8")
        counted = hashlib.sha256(text).hexdigest()
        if not is_digest(data.get("digest")) or counted != data["digest"]["sha256"]:
            self.fault("manifest-form", name)
        if data.get("digest") != recorded:
            held = data["digest"]["sha256"] if is_digest(data.get("digest")) else "-"
            self.fault("manifest-journal", f"{name} ({place})", held, recorded["sha256"])
        self.folder(f"releases/{vintage}", data)

    def catalogue(self, digest, place):
        name = f"catalogues/{digest}/manifest.json"
        data = self.manifest(name, place)
        if data is not None:
            self.named(name, digest, place)
            self.folder(f"catalogues/{digest}", data)

    def folder(self, folder, data):
        """A folder of the record against its own manifest."""
        listed = {"{}/{}".format(folder, entry["name"]): entry for entry in data["files"]}
        for name in sorted(listed):
            if name not in self.present:
                self.fault("missing", name)
            else:
                self.agrees(name, listed[name], "release-file")
        inside = {name for name in self.present if name.startswith(folder + "/")}
        for name in sorted(inside - set(listed) - {folder + "/manifest.json"}):
            self.fault("extra", name)

    def head(self, pack, entries):
        """The end of the journal against the manifest of the pack."""
        said = pack["journal"]
        with open(self.path("journal.jsonl"), "rb") as stream:
            count = sum(1 for _ in stream)
        last = entries.get(count)
        held = f"{last['seq']}:{last['hash']['sha256']}" if last else "-"
        expected = f"{said['seq']}:{said['sha256']}"
        if held != expected:
            self.fault("head", f"journal.jsonl:{count}", held, expected)
        runs = [entry["seq"] for entry in entries.values() if entry["act"] == "run"]
        if sorted(runs) != pack["vintages"]:
            self.fault("head", "pack.json [vintages]", sorted(runs), pack["vintages"])

    def digests(self, wanted, pack):
        """Digests written down elsewhere: each is that of a closing document (the sign-off page) or of the pack."""
        held = {self.hashes(name)[1] for name in self.present if name.startswith("closings/")}
        held.add(pack["digest"]["sha256"] if pack else "")
        for digest in wanted:
            if digest not in held:
                self.fault("digest", "closings/", "-", digest)

    def limits(self, anchors):
        """What this program did not check, in any case."""
        if not self.sm3:
            self.not_done.append(
                self.words(
                    "SM3:本机 Python 的 hashlib 不支持,只校验了 SHA-256", "SM3: hashlib of this Python has none; SHA-256 only"
                )
            )
        if not anchors:
            self.not_done.append(
                self.words(
                    "是否与签章页或回执上的摘要一致:未给出 --anchor 或 --digest,被整体伪造或日志末尾被截去的证据包无法据此发现",
                    "agreement with a sign-off page or receipt: no --anchor or --digest given; a pack forged as a whole, or a "
                    "journal cut at its end before it was packed, cannot be seen",
                )
            )
        self.not_done += [
            self.words(
                "数字是否算得正确:用 gep verify PACK --reperform 重算",
                "whether the figures are right: gep verify PACK --reperform",
            ),
            self.words("封账文件的数字签名(如有)", "the digital signature of a closing, if it has one"),
            self.words(
                "book.toml、local/、tenures/、statements/:只对照了 pack.json,没有对照日志",
                "book.toml, local/, tenures/, statements/: compared with pack.json, not with the journal",
            ),
            *self.open_tables(),
            self.words("本程序自身:请从可信来源取得 verify.py", "this program itself: take verify.py from a source you trust"),
        ]

    def open_tables(self):
        """That the exported tables were not compared, where the pack has some."""
        if any(name.startswith("open/") for name in self.present):
            zh, en = (
                "open/ 中的表与 releases/ 是否一致(只校验了哈希)",
                "whether the tables in open/ agree with releases/ (hashes only)",
            )
            yield self.words(zh, en)


def digest(text):
    """A SHA-256 in any grouping."""
    found = re.sub(r"[\s-]", "", text).lower()
    if not HEX.fullmatch(found):
        raise argparse.ArgumentTypeError("SHA256")
    return found


def anchor(text):
    """SEQ:SHA256, the digest in any grouping."""
    seq, _, found = text.partition(":")
    if not (seq.isascii() and seq.isdigit()):
        raise argparse.ArgumentTypeError("SEQ:SHA256")
    return int(seq), digest(found)


def asked(about):
    """What was given on the command line."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    here = os.path.dirname(os.path.abspath(__file__))
    options = argparse.ArgumentParser(description=about)
    options.add_argument("folder", nargs="?", default=here, metavar="FOLDER")
    options.add_argument("--anchor", action="append", default=[], type=anchor, metavar="SEQ:SHA256")
    options.add_argument("--digest", action="append", default=[], type=digest, metavar="SHA256")
    options.add_argument("--lang", choices=("zh", "en"), default="")
    given = options.parse_args()
    if not os.path.isdir(given.folder):
        options.error(given.folder)
    return given


def main():
    given = asked(__doc__.splitlines()[0])
    check = Check(given.folder, given.lang)
    check.listing()
    pack = check.pack()
    entries = check.journal(given.anchor)
    check.record(entries)
    if pack is not None and check.plain("journal.jsonl"):
        check.head(pack, entries)
    check.digests(given.digest, pack)
    check.limits(given.anchor + given.digest)
    return told(check, pack)


def told(check, pack):
    """Print what was found; the exit code."""
    for line in check.faults:
        print(check.words("错误", "FAULT"), line)
    for line in check.notes:
        print(check.words("提示", "NOTE"), line)
    for line in check.done:
        print(check.words("已校验", "CHECKED"), line)
    for line in check.not_done:
        print(check.words("未校验", "NOT CHECKED"), line)
    if pack is not None:
        grouped = " ".join(re.findall("....", pack["digest"]["sha256"]))
        print(check.words("证据包摘要 SHA-256", "digest of the pack, SHA-256"), grouped)
        print(check.words("日志锚点", "journal anchor"), f"{pack['journal']['seq']}:{pack['journal']['sha256']}")
    if check.faults:
        print(check.words(f"发现 {len(check.faults)} 处问题", f"{len(check.faults)} faults found"))
    else:
        print(check.words("所校验的内容未发现问题", "no fault in what was checked"))
    return 1 if check.faults else 0


if __name__ == "__main__":
    sys.exit(main())
