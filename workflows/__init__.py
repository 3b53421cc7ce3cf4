"""Durable recipes that join the adapters, the planner, and the one place where everything is built."""
