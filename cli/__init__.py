"""The command line: it reads arguments, calls one workflow and prints what came back."""
