"""The P-NTM as a torch module: soft heads, memory and register, step by step and all at once."""
