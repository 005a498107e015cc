"""Pure functions over text: orthography, language, segmentation, protection, fidelity."""
