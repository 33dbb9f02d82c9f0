#!/usr/bin/python3
"""Validates answers against the OpenAPI description of this part of Graph, with jsonschema.

Usage: validate.py FOLDER < answers > flaws

FOLDER holds v1.0.yaml and beta.yaml. Each line read is one answer as JSON: version, method, path (behind the root of
the API), status, body. Each line written is one flaw: the answer's number, and what is wrong; an answer of an operation
that the description does not have is told as such. "ready" alone is written when there is nothing to read.
"""
import json
import re
import sys

import yaml
from jsonschema import Draft7Validator, RefResolver

ROOT = "/solutions/backupRestore"
MOMENT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:\d\d)$"


def strict(schema):
    """A schema of OpenAPI 3.0 as one of JSON Schema: nullable, times, and no object that may be anything."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "object" and schema.get("nullable") and "properties" not in schema:
        return {"type": "null"}
    made = {name: strict(value) for name, value in schema.items() if name not in ("nullable", "discriminator")}
    if made.get("format") == "date-time":
        made["pattern"] = MOMENT
    if schema.get("nullable") and "type" in made:
        made["type"] = [made["type"], "null"]
        if "enum" in made:
            made["enum"] = made["enum"] + [None]
    return made


class Description:
    def __init__(self, name):
        with open(name, encoding="utf-8") as file:
            self.document = yaml.load(file, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self.paths = [(self.pattern(path), item) for path, item in self.document["paths"].items()]
        self.schemas = strict(self.document["components"]["schemas"])
        self.resolver = RefResolver("", {"components": {"schemas": self.schemas}})
        self.types = {name.lower(): name for name in self.schemas}

    @staticmethod
    def pattern(path):
        literal = re.sub(r"\\\{.*?\\\}", "[^/]+", re.escape(path[len(ROOT):]))
        return re.compile("^" + literal + "$", re.IGNORECASE)

    def operation(self, method, path):
        path = path.split("?")[0].replace("microsoft.graph.", "graph.")
        found = [item for pattern, item in self.paths if pattern.match(path) and method.lower() in item]
        # a literal segment comes before a place
        return found[0][method.lower()] if found else None

    def schema(self, operation, status):
        responses = operation["responses"]
        kind = "%dXX" % (status // 100)
        response = responses.get(str(status)) or responses.get(kind)
        if response and "$ref" in response:
            response = self.document["components"]["responses"][response["$ref"].split("/")[-1]]
        content = (response or {}).get("content", {}).get("application/json")
        return strict(content["schema"]) if content else None

    def flaws(self, schema, body):
        for error in Draft7Validator(schema, resolver=self.resolver).iter_errors(body):
            yield "%s: %s" % ("/".join(map(str, error.absolute_path)), error.message[:200])

    def typed(self, body):
        """Every object that says what it is must be that."""
        if isinstance(body, list):
            for one in body:
                yield from self.typed(one)
        elif isinstance(body, dict):
            name = str(body.get("@odata.type", "")).lstrip("#").lower()
            if name in self.types:
                for flaw in self.flaws({"$ref": "#/components/schemas/" + self.types[name]}, body):
                    yield "%s: %s" % (name, flaw)
            elif name:
                yield "no type is called %s" % name
            for one in body.values():
                yield from self.typed(one)


def check(description, answer):
    operation = description.operation(answer["method"], answer["path"])
    if operation is None:
        yield "the description has no such operation"
        return
    schema = description.schema(operation, answer["status"])
    if schema is not None:
        yield from description.flaws(schema, answer.get("body"))
    elif answer.get("body") is not None and answer["status"] == 204:
        yield "a body with 204"
    yield from description.typed(answer.get("body"))


def main(folder):
    descriptions = {}
    for number, line in enumerate(sys.stdin, 1):
        answer = json.loads(line)
        version = answer["version"]
        if version not in descriptions:
            descriptions[version] = Description("%s/%s.yaml" % (folder, version))
        for flaw in check(descriptions[version], answer):
            print("%d %s %s %s: %s" % (number, version, answer["method"], answer["path"], flaw))
    print("ready")


main(sys.argv[1])
