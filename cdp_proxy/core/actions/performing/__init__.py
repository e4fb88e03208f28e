"""Doing what a step asks for, with the hands of a user: one module for each sort of doing."""
