"""Invented names of sites. Any likeness to a real practice or home is chance."""

from __future__ import annotations

SITE_NAMES: dict[str, tuple[str, ...]] = {
    "region": ("Northmere and Fells",),
    "system": ("Fellside and Sands Health System", "Mossvale and Docks Health System"),
    "place": (
        "Ravensholme",
        "Port Halden",
        "Wyreborough",
        "Calderbank",
        "Lowmoss",
        "Sandleigh",
        "Great Otterby",
        "Kirkfell",
        "Haldensea",
        "Millbeck",
        "Thornaby Vale",
        "Eskerdale",
    ),
    "home": (
        "Rose Court",
        "Fairhaven",
        "The Larches",
        "Moorview",
        "St Oswin's",
        "Beech House",
        "Sandgate",
        "Lakeview",
        "The Willows",
        "Harbour Reach",
        "Ashlea",
        "Bramble Bank",
        "Netherfield",
        "Oakmount",
        "Heron House",
        "Springbank",
        "Whitestones",
        "Abbeydale",
        "Ferncliffe",
        "Holly Grange",
    ),
}

_FIRST = (
    "Alder",
    "Bridge",
    "Canal",
    "Dock",
    "Elm",
    "Foundry",
    "Garstone",
    "Hawthorn",
    "Ivy",
    "Jubilee",
    "Kiln",
    "Lantern",
    "Market",
    "Northgate",
    "Old Mill",
    "Priory",
    "Quarry",
    "Riverside",
    "Station",
    "Tithe Barn",
    "Union",
    "Victoria",
    "Weavers",
    "Yew Tree",
)
_SECOND = ("Surgery", "Medical Centre", "Health Centre", "Family Practice", "Group Practice")


def practice_name(number: int) -> str:
    """Return the name of practice `number`; every number has its own name."""
    turn, place = divmod(number, len(_FIRST))
    second = _SECOND[(place + turn // 2) % len(_SECOND)]
    again = turn // (2 * len(_SECOND))
    suffix = f" {again + 1}" if again else ""
    return f"{_FIRST[place]} {'Street ' if turn % 2 else ''}{second}{suffix}"
