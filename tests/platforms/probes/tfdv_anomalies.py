"""TensorFlow Data Validation of tables against a schema and an earlier table.

    python tfdv_anomalies.py SCHEMA.pbtxt EARLIER.csv TABLE.csv…

Its last line of output is a JSON document: of each table its anomalies, by column; those of the whole table
under the empty name.
"""

from __future__ import annotations

import json
import sys

import tensorflow_data_validation as tfdv
from tensorflow_metadata.proto.v0 import anomalies_pb2


def _names(info: anomalies_pb2.AnomalyInfo) -> list[str]:
    return [anomalies_pb2.AnomalyInfo.Type.Name(reason.type) for reason in info.reason]


if __name__ == "__main__":
    written, earlier, *tables = sys.argv[1:]
    schema, before = tfdv.load_schema_text(written), tfdv.generate_statistics_from_csv(earlier)
    told = {}
    for table in tables:
        found = tfdv.validate_statistics(
            before if table == earlier else tfdv.generate_statistics_from_csv(table),
            schema,
            environment="TRAINING",
            previous_statistics=before,
        )
        told[table] = {column: _names(info) for column, info in found.anomaly_info.items()}
        if found.dataset_anomaly_info.reason:
            told[table][""] = _names(found.dataset_anomaly_info)
    print("\n" + json.dumps(told))  # noqa: T201
