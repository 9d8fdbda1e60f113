"""What the rules are: streams as deciders, scoring, permissions, vocabulary.

Pure: no clock, no random, no environment, no input or output.
"""
