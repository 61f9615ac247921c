"""What a filled database holds, and what of it the measured seats see, at every size.

The quantities are exact, so that figures of two sizes may be compared: see ``GROWTH``.
"""

from dataclasses import dataclass

#: One case in fifty is read by the measured seat: 2 %, as in ``trust.md`` §1.
MEASURED_ONE_IN = 50
#: Cases of the measured seat whose company bears the rare word.
RARE_HITS = 20
#: One case in ten bears the common word.
COMMON_ONE_IN = 10
#: What the exporting seat reads: so many cases, or all of them when there are fewer.
EXPORTED = 10_000
LONG_ENTRIES = 200
ORGANISATIONS = 200
#: Days over which cases were opened.
SPAN_DAYS = 4 * 365

RARE_WORD = "Quokkaville"
COMMON_WORD = "Brimborion"

GROWTH = {
    "cases of the platform": "grows with N",
    "cases of the measured seat": "grows with N: N / 50",
    "cases of the measured seat that answer the common word": "grows with N: N / 500",
    "cases of the measured seat that answer the rare word": f"{RARE_HITS} at every size",
    "entries of the long case": f"{LONG_ENTRIES} at every size",
    "cases of the exporting seat": f"{EXPORTED} at every size (all of them when N is smaller)",
    "cases of the observed territory": "grows with N: about one in eleven",
    "notes, referrals and readings of one case": "the same at every size",
}


@dataclass(frozen=True)
class Shape:
    """A database of ``cases`` cases; case number ``index`` counts from 0, the oldest first."""

    cases: int

    def is_measured(self, index: int) -> bool:
        """The measured seat reads it."""
        return index % MEASURED_ONE_IN == 0

    def is_rare(self, index: int) -> bool:
        """Its company bears the rare word."""
        block, blocks = divmod(index, MEASURED_ONE_IN)[0], self.cases // MEASURED_ONE_IN
        step = max(1, blocks // RARE_HITS)
        return block % step == 0 and block // step < RARE_HITS

    def is_common(self, index: int) -> bool:
        """Its company bears the common word."""
        return index // MEASURED_ONE_IN % COMMON_ONE_IN == COMMON_ONE_IN - 1

    def is_exported(self, index: int) -> bool:
        """The exporting seat reads it."""
        step = max(1, self.cases // EXPORTED)
        return index % step == step - 1 and index // step < EXPORTED

    @property
    def long_index(self) -> int:
        """The case with a long timeline, among the last of the measured seat."""
        return (self.cases // MEASURED_ONE_IN - 3) * MEASURED_ONE_IN
