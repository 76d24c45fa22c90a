# SPDX-License-Identifier: LGPL-2.1-or-later
#
# schema.py SCHEMA DOCUMENT: is the document what the schema describes? What
# another schema of the same folder defines may be referred to by its name.
# Needs Debian's python3-jsonschema.
import json
import pathlib
import sys
import warnings

warnings.simplefilter("ignore")
import jsonschema  # noqa: E402

path = pathlib.Path(sys.argv[1]).resolve()
schema = json.loads(path.read_text())
document = json.loads(pathlib.Path(sys.argv[2]).read_text())
others = {p.as_uri(): json.loads(p.read_text())
          for p in path.parent.glob("*.json")}
resolver = jsonschema.RefResolver(path.as_uri(), schema, store=others)
jsonschema.Draft7Validator.check_schema(schema)
jsonschema.Draft7Validator(schema, resolver=resolver).validate(document)
