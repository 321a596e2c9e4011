"""TensorFlow Data Validation of tables against a bundle's schema and statistics.

    python tfx_rows.py SCHEMA.pbtxt STATISTICS.pbtxt ENVIRONMENT TABLE.csv…

Its last line of output is a JSON document: of each table its anomalies, by column.
"""

from __future__ import annotations

import json
import sys

import tensorflow_data_validation as tfdv
from tensorflow_metadata.proto.v0 import anomalies_pb2

if __name__ == "__main__":
    schema, statistics, environment, *tables = sys.argv[1:]
    told = {}
    for table in tables:
        found = tfdv.validate_statistics(
            tfdv.generate_statistics_from_csv(table),
            tfdv.load_schema_text(schema),
            environment=environment,
            previous_statistics=tfdv.load_stats_text(statistics),
        )
        told[table] = {
            column: [anomalies_pb2.AnomalyInfo.Type.Name(reason.type) for reason in info.reason]
            for column, info in found.anomaly_info.items()
        }
    print("\n" + json.dumps(told))  # noqa: T201
