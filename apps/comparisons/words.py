"""Results in sentences: the page, the API and the client say them with these."""

from apps.endpoints.words import counted

from .results import Pair, Results


def percent(value: float) -> str:
    return f"{100 * value:.0f} %"


def p_words(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def pair_words(pair: Pair, several: bool) -> str:
    """“reader v2 was preferred to reader v1 in 9 of 11 readings, p = 0.065”."""
    better, worse = (pair.first, pair.second) if pair.for_first >= pair.for_second else (pair.second, pair.first)
    more, all_of_them = max(pair.for_first, pair.for_second), pair.for_first + pair.for_second
    p = pair.adjusted if several else pair.p
    if p is None:
        return f"No reading preferred {pair.first} or {pair.second}."
    readings = counted(all_of_them, "reading")
    if pair.for_first == pair.for_second:
        return f"{pair.first} and {pair.second} were preferred equally often in {readings}."
    adjusted = " after Holm’s correction" if several else ""
    return f"{better} was preferred to {worse} in {more} of {readings}, {p_words(p)}{adjusted}."


def found_words(results: Results) -> list[str]:
    """What can be said, the most important first; why nothing can be, where it cannot."""
    if results.too_few:
        return [results.too_few]
    several = len(results.pairs) > 1
    told = [pair_words(pair, several) for pair in results.pairs]
    ties = results.readings - results.decided
    if ties:
        told.append(f"{counted(ties, 'reading')} without a preference {'is' if ties == 1 else 'are'} left out of that.")
    return told
