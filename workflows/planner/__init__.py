"""Understanding a request: from words and flags to a plan, by rules or with a language model."""
