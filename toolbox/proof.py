"""Proof of work: a browser spends a moment of computing on a form; a robot pays it every time.

The work is a number that, behind words of ours and of the visitor's, makes a SHA-256 that begins
with BITS zero bits. static/newsdesk/signup.js finds it. Bound to both, it serves once.
"""

import hashlib

# Some 16,000 tries: a quarter of a second on a laptop, about one on an old phone.
BITS = 14


def is_proof(number: str, *words: str) -> bool:
    """Whether `number` is the work done for these words."""
    if not number.isascii() or not number.isdecimal() or len(number) > 12:
        return False
    digest = hashlib.sha256(":".join([*words, number]).encode()).digest()
    return int.from_bytes(digest) >> (256 - BITS) == 0
