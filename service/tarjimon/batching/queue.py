"""One lane of one engine: fair between clients (deficit round robin), then matched by length in a window.

Work enters in two stages. Each client's segments wait in order; deficit round robin (Shreedhar and Varghese,
"Efficient fair queuing using deficit round-robin", 1996) moves them in fair shares of tokens into a window of
a few batches' worth, which is sorted by length. A batch is an anchor, which is never chosen for its length,
and its neighbours in length: padding stays small, and odd lengths wait no longer than the window is deep.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import OrderedDict

from tarjimon.batching.budget import STRETCH, Slot, TokenBudget, nearest, shorter
from tarjimon.batching.entry import Entry, Mates, Place


class _Client:
    """What one client has in the lane; exists only while it has something."""

    __slots__ = ("anchored", "deficit", "name", "tokens", "waiting", "window")

    def __init__(self, name: str) -> None:
        self.name = name
        self.waiting: OrderedDict[Entry, None] = OrderedDict()
        self.window: OrderedDict[Entry, None] = OrderedDict()
        self.tokens = 0
        self.deficit = 0
        self.anchored = 0


class LaneQueue:
    """Entries that wait in one lane of one engine.

    Args:
        window_tokens: how much is considered when lengths are matched.
        quantum: tokens that a client may move into the window per round.

    Attributes:
        segments: entries that wait.
        tokens: their cost.
    """

    def __init__(self, window_tokens: int, quantum: int) -> None:
        self.segments = 0
        self.tokens = 0
        self._window_limit = window_tokens
        self._quantum = quantum
        self._clients: dict[str, _Client] = {}
        self._ring: OrderedDict[str, _Client] = OrderedDict()
        self._window: dict[Mates, list[Slot]] = {}
        self._window_tokens = 0
        self._formed = 0

    def push(self, entry: Entry) -> None:
        """Add an entry behind its client's others."""
        client = self._clients.get(entry.client)
        if client is None:
            client = self._clients[entry.client] = _Client(entry.client)
        if not client.waiting:
            self._ring[client.name] = client
        entry.place = Place.WAITING
        client.waiting[entry] = None
        client.tokens += entry.cost
        self.segments += 1
        self.tokens += entry.cost

    def remove(self, entry: Entry) -> None:
        """Take out an entry that waits, wherever it is."""
        client = self._clients[entry.client]
        if entry.place is Place.WAITING:
            del client.waiting[entry]
            if not client.waiting:
                del self._ring[client.name]
        else:
            slots = self._window[entry.mates]
            del slots[bisect_left(slots, entry.slot)]
            if not slots:
                del self._window[entry.mates]
            del client.window[entry]
            self._window_tokens -= entry.cost
        self._forget(client, entry)

    def take(self, budget: TokenBudget) -> list[Entry]:
        """Form a batch from this lane, sorted by length; empty only when the lane is."""
        self._fill_window()
        anchor = self._anchor()
        if anchor is None:
            return []
        slots = self._window[anchor.mates]
        low, high = nearest(slots, bisect_left(slots, anchor.slot), budget)
        return self._leave(anchor.mates, low, high)

    def top_up(self, batch: list[Entry], budget: TokenBudget) -> list[Entry]:
        """More entries that may share the batch, fit beside it and do not stretch it much."""
        self._fill_window()
        mates = batch[0].mates
        slots = self._window.get(mates)
        if not slots:
            return []
        longest = max(entry.source for entry in batch), max(entry.output for entry in batch)
        start = bisect_right(slots, longest[0] * STRETCH, key=lambda slot: slot[0])
        low, high = shorter(slots, start, longest, len(batch), budget)
        return self._leave(mates, low, high)

    def drain(self) -> list[Entry]:
        """Take out everything, oldest first."""
        entries = [e for client in self._clients.values() for e in (*client.window, *client.waiting)]
        for entry in entries:
            self.remove(entry)
        return sorted(entries, key=lambda entry: entry.seq)

    def ahead_of(self, client: str, cost: int) -> int:
        """Tokens served before `cost` more of this client's, with all others taking their fair share."""
        own = self._clients.get(client)
        mine = cost + (own.tokens if own else 0)
        others = sum(min(c.tokens, mine) for c in self._clients.values() if c is not own)
        return min(self.tokens, others + mine - cost)

    def _fill_window(self) -> None:
        while self._ring and self._window_tokens < self._window_limit:
            client = next(iter(self._ring.values()))
            client.deficit += self._quantum
            while client.waiting:
                entry = next(iter(client.waiting))
                if entry.cost > client.deficit:
                    break
                client.deficit -= entry.cost
                del client.waiting[entry]
                entry.place = Place.WINDOW
                client.window[entry] = None
                insort(self._window.setdefault(entry.mates, []), entry.slot)
                self._window_tokens += entry.cost
            if client.waiting:
                self._ring.move_to_end(client.name)
            else:
                client.deficit = 0
                del self._ring[client.name]

    def _anchor(self) -> Entry | None:
        """By turns the oldest entry of all, and the oldest of the client that anchored longest ago.

        The first keeps any entry from waiting for good, the second lets a small client past a large one.
        """
        oldest: Entry | None = None
        fairest: tuple[int, int] | None = None
        turn: Entry | None = None
        for client in self._clients.values():
            if not client.window:
                continue
            entry = next(iter(client.window))
            if oldest is None or entry.seq < oldest.seq:
                oldest = entry
            rank = (client.anchored, entry.seq)
            if fairest is None or rank < fairest:
                fairest, turn = rank, entry
        self._formed += 1
        anchor = oldest if self._formed % 2 else turn
        if anchor is not None:
            self._clients[anchor.client].anchored = self._formed
        return anchor

    def _leave(self, mates: Mates, low: int, high: int) -> list[Entry]:
        slots = self._window[mates]
        taken: list[Entry] = [slot[3] for slot in slots[low:high]]
        if high - low == len(slots):
            del self._window[mates]
        else:
            del slots[low:high]
        for entry in taken:
            client = self._clients[entry.client]
            del client.window[entry]
            self._window_tokens -= entry.cost
            self._forget(client, entry)
        return taken

    def _forget(self, client: _Client, entry: Entry) -> None:
        client.tokens -= entry.cost
        self.segments -= 1
        self.tokens -= entry.cost
        if not client.waiting and not client.window:
            del self._clients[client.name]
