"""Schema and statistics of a bundle, parsed by tensorflow-metadata, and printed as JSON.

python tfx_files.py SCHEMA.pbtxt STATISTICS.pbtxt
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from google.protobuf import json_format, text_format
from tensorflow_metadata.proto.v0 import schema_pb2, statistics_pb2

if __name__ == "__main__":
    schema = text_format.Parse(Path(sys.argv[1]).read_text("utf-8"), schema_pb2.Schema())
    statistics = text_format.Parse(
        Path(sys.argv[2]).read_text("utf-8"), statistics_pb2.DatasetFeatureStatisticsList()
    )
    told = {
        name: json_format.MessageToDict(message, preserving_proto_field_name=True)
        for name, message in (("schema", schema), ("statistics", statistics))
    }
    print("\n" + json.dumps(told))  # noqa: T201
