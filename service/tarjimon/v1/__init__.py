"""Generated from protos/tarjimon/v1 by protos/generate.py: do not edit."""
