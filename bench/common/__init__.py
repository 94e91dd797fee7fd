"""What the benches share: feeds to poll, a server for them, peers to poll beside."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
