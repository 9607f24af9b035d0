"""Proofs as data: situations, invariants and multipliers as lists of numbers, read without being believed."""

from __future__ import annotations

from typing import Any

from ...errors import CertificateError
from ...storage import same_json
from .proof import Contradiction, Form, Invariants, Memory, Place, Proof, Situation

_ECHOES = ("nothing", "last", "follow")


def proof_to_json(proof: Proof) -> dict[str, Any]:
    """A proof; invariants that several situations share are listed once."""
    listed = list(dict.fromkeys(proof.situations.values()))
    number = {invariants: k for k, invariants in enumerate(listed)}
    return {
        "memory": {"tokens": proof.memory.tokens, "echoes": proof.memory.echoes},
        "facts": [[list(form) for form in invariants] for invariants in listed],
        "situations": [
            {
                "place": _place_to_json(now.place),
                "register": now.register,
                "token": now.token,
                "echoes": [_place_to_json(e) if isinstance(e, Place) else e for e in now.echoes],
                "facts": number[invariants],
            }
            for now, invariants in proof.situations.items()
        ],
        "contradictions": [
            [[multiplier, list(form)] for multiplier, form in stated]
            for stated in proof.contradictions
        ],
    }


def proof_from_json(data: Any, *, multipliers: bool = True) -> Proof:
    """A proof of `proof_to_json`; a `CertificateError` where it is none.

    Without `multipliers` it is one of the first schema, which has invariants alone.
    """
    try:
        memory = data["memory"]
        if memory["echoes"] not in _ECHOES or type(memory["tokens"]) is not bool:
            raise ValueError
        invariants: list[Invariants] = [tuple(map(_form, forms)) for forms in data["facts"]]
        contradictions: list[Contradiction] = [
            tuple((_number(multiplier), _form(form)) for multiplier, form in stated)
            for stated in (data["contradictions"] if multipliers else ())
        ]
        situations = {}
        for one in data["situations"]:
            echoes = tuple(
                _place(echo) if isinstance(echo, dict) else _name(echo) for echo in one["echoes"]
            )
            now = Situation(
                _place(one["place"]), _number(one["register"]), _number(one["token"]), echoes
            )
            situations[now] = invariants[_number(one["facts"])]
    except (KeyError, TypeError, ValueError, IndexError):
        raise CertificateError("the certificate is damaged: its proof cannot be read") from None
    proof = Proof(situations, Memory(memory["tokens"], memory["echoes"]), tuple(contradictions))
    written = proof_to_json(proof)
    if not multipliers:
        del written["contradictions"]
    if not same_json(written, data):
        raise CertificateError("the certificate is damaged: its proof says more than a proof")
    return proof


def _place_to_json(place: Place) -> dict[str, Any]:
    return {"at": place.at, "state": place.state, "rows": list(place.rows)}


def _place(data: Any) -> Place:
    rows = tuple(None if row is None else _number(row) for row in data["rows"])
    return Place(_number(data["at"]), _name(data["state"]), rows)


def _form(data: Any) -> Form:
    return tuple(map(_number, data))


def _number(data: Any) -> int:
    if type(data) is not int:
        raise TypeError
    return data


def _name(data: Any) -> int | str:
    if type(data) is not int and type(data) is not str:
        raise TypeError
    return data
