"""Prints the events of event-file.test.ts as TensorBoard's own writer (PyPI: tensorboard) writes them, in hexadecimal.

Usage: python3 make-events.py > events.hex
"""

import io

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

out = io.BytesIO()
writer = RecordWriter(out)


def scalars(*pairs):
    return Summary(value=[Summary.Value(tag=tag, simple_value=value) for tag, value in pairs])


for event in [
    Event(wall_time=1_700_000_000, file_version="brain.Event:2"),
    Event(wall_time=1_700_000_001.5, step=3, summary=scalars(("validation/auc", 0.875), ("train/lr", 0.25))),
    Event(wall_time=1_700_000_002, step=300, summary=scalars(("validation/auc", 1))),
]:
    writer.write(event.SerializeToString())
print(out.getvalue().hex())
