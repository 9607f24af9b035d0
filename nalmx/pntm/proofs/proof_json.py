"""Proofs as data: situations and facts as lists of numbers, which are read without being believed."""

from __future__ import annotations

from typing import Any

from ...errors import CertificateError
from ...storage import same_json
from .induction import Facts, Proof
from .situations import Memory, Place, Situation

_ECHOES = ("nothing", "last", "follow")


def proof_to_json(proof: Proof) -> dict[str, Any]:
    """A proof; facts that several situations share are listed once."""
    listed = list(dict.fromkeys(proof.situations.values()))
    number = {facts: k for k, facts in enumerate(listed)}
    return {
        "memory": {"tokens": proof.memory.tokens, "echoes": proof.memory.echoes},
        "facts": [[list(form) for form in facts] for facts in listed],
        "situations": [
            {
                "place": _place_to_json(now.place),
                "register": now.register,
                "token": now.token,
                "echoes": [_place_to_json(e) if isinstance(e, Place) else e for e in now.echoes],
                "facts": number[facts],
            }
            for now, facts in proof.situations.items()
        ],
    }


def proof_from_json(data: Any) -> Proof:
    """A proof of `proof_to_json`; a `CertificateError` where it is none."""
    try:
        memory = data["memory"]
        if memory["echoes"] not in _ECHOES or type(memory["tokens"]) is not bool:
            raise ValueError
        facts: list[Facts] = [
            tuple(tuple(_number(entry) for entry in form) for form in forms)
            for forms in data["facts"]
        ]
        situations = {}
        for one in data["situations"]:
            echoes = tuple(
                _place(echo) if isinstance(echo, dict) else _name(echo) for echo in one["echoes"]
            )
            now = Situation(
                _place(one["place"]), _number(one["register"]), _number(one["token"]), echoes
            )
            situations[now] = facts[_number(one["facts"])]
    except (KeyError, TypeError, ValueError, IndexError):
        raise CertificateError("the certificate is damaged: its proof cannot be read") from None
    proof = Proof(situations, Memory(memory["tokens"], memory["echoes"]))
    if not same_json(proof_to_json(proof), data):
        raise CertificateError("the certificate is damaged: its proof says more than a proof")
    return proof


def _place_to_json(place: Place) -> dict[str, Any]:
    return {"at": place.at, "state": place.state, "rows": list(place.rows)}


def _place(data: Any) -> Place:
    rows = tuple(None if row is None else _number(row) for row in data["rows"])
    return Place(_number(data["at"]), _name(data["state"]), rows)


def _number(data: Any) -> int:
    if type(data) is not int:
        raise TypeError
    return data


def _name(data: Any) -> int | str:
    if type(data) is not int and type(data) is not str:
        raise TypeError
    return data
