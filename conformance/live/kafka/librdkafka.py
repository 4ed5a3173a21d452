"""The partitions that a producer of librdkafka (confluent-kafka) chooses: the arguments are the brokers and one operation in JSON."""

import json
import sys

from confluent_kafka import Producer

bootstrap, operation = sys.argv[1], json.loads(sys.argv[2])
producer = Producer({"bootstrap.servers": bootstrap, **operation.get("config", {})})
partitions = []


def answered(error, message):
    if error is not None:
        raise RuntimeError(str(error))
    partitions.append(message.partition())


for _ in range(operation.get("times", 1)):
    for record in operation["records"]:
        producer.produce(operation["topic"], value="v", key=record.get("key"), on_delivery=answered)
        producer.flush()
if operation.get("spread"):
    print(json.dumps("one" if len(set(partitions)) == 1 else "several"))
else:
    print(json.dumps(partitions))
