# SPDX-License-Identifier: LGPL-2.1-or-later
#
# schema.py FOLDER: reads lines "NAME DOCUMENT", a document's file to its end
# of line, and answers each with "valid" or with what FOLDER/NAME.json does not
# allow. What another schema of the folder defines may be referred to by its
# name. Says "ready" first. Needs Debian's python3-jsonschema, which takes
# longer to load than most documents to check: so one process serves a script.
import json
import pathlib
import sys
import warnings

warnings.simplefilter("ignore")
import jsonschema  # noqa: E402

folder = pathlib.Path(sys.argv[1]).resolve()
schemas = {p.as_uri(): json.loads(p.read_text())
           for p in folder.glob("*.json")}


def judge(name, document):
    uri = (folder / (name + ".json")).as_uri()
    schema = schemas[uri]
    resolver = jsonschema.RefResolver(uri, schema, store=schemas)
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.Draft7Validator(schema, resolver=resolver).validate(
        json.loads(pathlib.Path(document).read_text()))


print("ready", flush=True)
for line in sys.stdin:
    try:
        judge(*line.rstrip("\n").split(" ", 1))
        print("valid", flush=True)
    except Exception as error:  # whatever it is, it is not valid
        print(" ".join(repr(error).split())[:2000], flush=True)
