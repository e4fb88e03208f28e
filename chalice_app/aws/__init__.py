"""Clients of AWS, made when they are first needed."""
