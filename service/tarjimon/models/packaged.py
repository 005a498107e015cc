"""Where the packaged catalogue and the embedded weights lie, installed or in a source checkout."""

from __future__ import annotations

from pathlib import Path

import tarjimon
from tarjimon.errors import ConfigError


def packaged_models() -> Path:
    """The folder with catalogue.toml and embedded/.

    A wheel carries it as `tarjimon/_models`. In an editable install or a source tree it is `models/` at the
    root of the checkout, two levels above the package. Weights must be real files, since engines map or read
    them by path: a zipped package is not supported.

    Raises:
        ConfigError: neither exists: the installation is broken.
    """
    package = Path(tarjimon.__file__).resolve().parent
    for folder in (package / "_models", package.parent.parent / "models"):
        if (folder / "catalogue.toml").is_file():
            return folder
    raise ConfigError(
        f"The packaged models are missing from {package}: the installation is "
        "incomplete, install tarjimon again."
    )
