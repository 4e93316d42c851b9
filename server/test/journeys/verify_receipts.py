"""
Checks receipts with nothing of Reeve's own code: reads a JSON list of receipts (as the API gives them) from standard
input, recomputes each hash over the canonical form (RFC 8785) and follows each writer's chain.
Prints {"checked": n, "faults": [...]}.
"""

import hashlib
import json
import sys

BESIDE_THE_BODY = {"hash", "proof", "tags", "links"}
BEFORE_THE_FIRST = "0" * 64


def canonical(value):
    """RFC 8785 for what a receipt holds: objects with ASCII keys, arrays, texts, integers, booleans, null."""
    if isinstance(value, float):
        raise ValueError("a receipt holds no fractions")
    if isinstance(value, dict):
        for key in value:
            key.encode("ascii")
        return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def check(receipts):
    faults = []
    writers = {}
    for receipt in receipts:
        body = {name: value for name, value in receipt.items() if name not in BESIDE_THE_BODY}
        if hashlib.sha256(canonical(body).encode()).hexdigest() != receipt["hash"]:
            faults.append(f"{receipt['id']}: the hash is not that of the body")
        writers.setdefault(receipt["writer_id"], []).append(receipt)
    for writer, chain in writers.items():
        chain.sort(key=lambda receipt: receipt["seq"])
        expected = BEFORE_THE_FIRST
        for place, receipt in enumerate(chain):
            if receipt["seq"] != chain[0]["seq"] + place:
                faults.append(f"{writer}: a gap before seq {receipt['seq']}")
            if receipt["prev_hash"] != expected:
                faults.append(f"{receipt['id']}: does not follow its predecessor")
            expected = receipt["hash"]
    return faults


receipts = json.load(sys.stdin)
print(json.dumps({"checked": len(receipts), "faults": check(receipts)}))
