"""The WebSocket API's routes, as plain functions on API Gateway's events."""
