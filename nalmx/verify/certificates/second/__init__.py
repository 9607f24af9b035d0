"""A second arithmetic, which shares nothing with the first but expressions and the statement of claims."""
