"""Draws in plain Python, written from the paper of the generator: a second route to what `gep.accounts.draws` gives."""

from __future__ import annotations

import hashlib
import math

MASK = (1 << 64) - 1


def philox(counter: int, key: int) -> list[int]:
    """Philox 4x64 of ten rounds (Salmon et al. 2011): the four numbers of a counter."""
    words = [counter >> 64 * i & MASK for i in range(4)]
    k0, k1 = key & MASK, key >> 64
    for _ in range(10):
        high0, low0 = divmod(0xD2E7470EE14C6C93 * words[0], 1 << 64)
        high1, low1 = divmod(0xCA5A826395121157 * words[2], 1 << 64)
        words = [high1 ^ words[1] ^ k0, low1, high0 ^ words[3] ^ k1, low0]
        k0, k1 = (k0 + 0x9E3779B97F4A7C15) & MASK, (k1 + 0xBB67AE8584CAA73B) & MASK
    return words


def uniform(name: str, seed: int, block: int, count: int) -> list[float]:
    """The numbers of a stream in a block."""
    key = int.from_bytes(hashlib.sha256(f"{seed}\x1f{name}".encode()).digest()[:16], "big")
    words = [n for at in range((count + 3) // 4) for n in philox((block << 192) + at + 1, key)]
    return [(n >> 11) * 2.0**-53 for n in words[:count]]


def triangular(u: float, low: float, mode: float, high: float) -> float:
    """The inverse of the triangular distribution."""
    if u * (high - low) < mode - low:
        return low + math.sqrt(u * ((high - low) * (mode - low)))
    return high - math.sqrt((1.0 - u) * ((high - low) * (high - mode)))
