"""What a machine answers to prompts of every length: proofs, enumeration, tests, counterexamples."""
