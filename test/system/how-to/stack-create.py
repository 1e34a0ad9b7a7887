"""Prints, as JSON, what Heat's client understands by `openstack stack create ARGUMENT...`. Usage: as that of openstack."""

import json
import sys

from heatclient.osc.v1.stack import CreateStack

if sys.argv[1:3] != ["stack", "create"]:
    sys.exit(f"not a `stack create`: {sys.argv[1:]}")
parser = CreateStack(None, None).get_parser("openstack stack create")
json.dump(vars(parser.parse_args(sys.argv[3:])), sys.stdout)
