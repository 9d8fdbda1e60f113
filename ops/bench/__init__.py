"""Measurements, each as a ratio to what the machine can do in the same run."""
