"""The words that prompts and answers are made of."""

from typing import TypeAlias

Token: TypeAlias = str
Tokens: TypeAlias = tuple[Token, ...]
