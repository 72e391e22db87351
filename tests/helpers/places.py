"""Where things lie: the checkout, its rules and seed, and the shared material that some tests measure on."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "rules"
SEED = ROOT / "seeds" / "2017-05-27-chat.markdown"
SHARED = Path(os.environ.get("DIGEST_SHARED") or ROOT.parent / "shared")
CORPUS = SHARED / "corpus"
