"""The settings as text: the example file, and those in use without their secrets.

``python -m bot.settings_text`` writes ``.env.example`` anew.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from bot.settings import Settings, setting_name


def without_secrets(settings: Settings) -> str:
    """Return the settings in use as an environment file; of secrets only the names."""
    lines = []
    for field in Settings.model_fields:
        value, name = getattr(settings, field), setting_name(field)
        if isinstance(value, SecretStr):
            lines.append(f"# {name} is a secret and must be set again")
        elif value is not None:
            shown = ",".join(map(str, value)) if isinstance(value, tuple) else value
            lines.append(f"{name}={shown}")
    return "\n".join(lines) + "\n"


def example_file() -> str:
    """Return the text of ``.env.example``: every setting with help and default, commented out."""
    lines = ["# Settings of Mujaz. Copy to .env and fill in what you need.", ""]
    for field, info in Settings.model_fields.items():
        default = info.default
        if isinstance(default, tuple):
            default = ",".join(str(part) for part in default)
        lines += [
            f"# {info.description}",
            f"# {setting_name(field)}={'' if default is None else default}",
            "",
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    Path(".env.example").write_text(example_file(), encoding="utf-8")
