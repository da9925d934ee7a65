"""Write docs/backstay.schema.json, the JSON Schema of backstay.toml."""

from __future__ import annotations

from pathlib import Path

from backstay.project.first_settings import schema_text

if __name__ == "__main__":
    target = Path(__file__).parents[1] / "docs" / "backstay.schema.json"
    target.write_text(schema_text(), encoding="utf-8")
    print(f"wrote {target.relative_to(Path.cwd())}")
