"""Validates templates as heat-engine does when a stack is made of them, without a cloud.

Usage: validate-heat.py [--parameter NAME=VALUE]... FILE...

Prints a list of JSON: for each file Heat's own words of what is wrong with it (`error`), or the class of its version
and the properties of its resources, with their functions resolved. All of it is Heat's own code, but for the answers
of a cloud, which cloud() below stands in for.
"""

import argparse
import json
import logging
import sys
from types import SimpleNamespace
from unittest import mock

from oslo_config import cfg

from heat.common import context, exception, messaging, template_format
from heat.engine import environment, resources, stack, template
from heat.engine.clients.os import glance, nova
from heat.engine.resources import stack_resource


def cloud():
    """Any image and any flavour exists, and fits the other; a server may have 40 entries of metadata."""
    answers = {
        glance.GlanceClientPlugin: {
            "find_image_by_name_or_id": lambda self, name: name,
            "get_image": lambda self, name: SimpleNamespace(status="active", min_ram=0, min_disk=0),
        },
        nova.NovaClientPlugin: {
            "find_flavor_by_name_or_id": lambda self, name: name,
            "get_flavor": lambda self, name: SimpleNamespace(ram=2048, disk=40),
            "absolute_limits": lambda self: {"maxServerMeta": 40},
        },
    }
    for plugin, methods in answers.items():
        # autospec, which fails where this release of Heat has no such method.
        for name, answer in methods.items():
            mock.patch.object(plugin, name, autospec=True, side_effect=answer).start()


def properties(of):
    """The resolved properties of all resources of a stack, and of the stacks in it."""
    found = {}
    for name, resource in of.items():
        found[name] = {key: resource.properties[key] for key in resource.properties.data}
        if isinstance(resource, stack_resource.StackResource):
            child = stack.Stack(of.context, f"{of.name}-{name}", resource.child_template())
            found.update({f"{name}.{key}": value for key, value in properties(child).items()})
    return found


def validated(path, parameters, cnxt):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    try:
        parsed = template.Template(template_format.parse(text))
        parsed.env = environment.Environment({"parameters": parameters})
        made = stack.Stack(cnxt, "shop", parsed)
        made.validate()
        return {"version": type(parsed).__name__, "resources": properties(made)}
    except (exception.HeatException, ValueError) as error:
        return {"error": str(error)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--parameter", action="append", default=[])
    parser.add_argument("file", nargs="+")
    args = parser.parse_args()
    parameters = dict(one.split("=", 1) for one in args.parameter)
    # It warns of each of its own resource types that is deprecated.
    logging.disable(logging.WARNING)
    cfg.CONF([], project="heat", default_config_files=[], default_config_dirs=[])
    messaging.setup("fake://")
    resources.initialise()
    cloud()
    # With a token it does not log in; nothing listens on that port.
    cnxt = context.RequestContext(project_id="1", auth_token="none", auth_url="http://127.0.0.1:1/v3")
    json.dump([validated(path, parameters, cnxt) for path in args.file], sys.stdout)


main()
