"""SQS and SNS as moto does them, an emulator of AWS, in a time that stands still but for `advance`.

One JSON object per line in (an operation of a case, with the number of the request), one out with the same number: its
result, that it cannot be done here, or that it failed. `case` begins anew.
"""

import json
import os
import sys
from datetime import datetime, timedelta, timezone

import boto3
import moto
from botocore.exceptions import ClientError
from freezegun import freeze_time
from moto import mock_aws

os.environ |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "eu-central-1"}
ARN = "arn:aws:sqs:eu-central-1:123456789012:"


class Cannot(Exception):
    """It knows no such thing, or would need real time for it."""


class Case:
    def __init__(self, clock):
        self.clock = clock
        self.sqs = boto3.client("sqs")
        self.sns = boto3.client("sns")
        self.urls = {}
        self.handles = {}
        self.topics = {}
        self.subscriptions = {}
        self.serial = 0

    def do(self, operation):
        kind = operation["op"]
        verb = getattr(self, f"do_{kind}", None)
        if verb is None:
            raise Cannot(f"moto is not asked for {kind}")
        try:
            return verb(operation)
        except ClientError as error:
            return {"error": named(error.response["Error"]["Code"])}

    def do_advance(self, o):
        self.clock.tick(timedelta(milliseconds=o["ms"]))

    # SQS

    def url(self, o):
        return self.urls.get(o["queue"], f"https://sqs.eu-central-1.amazonaws.com/123456789012/{o['queue']}")

    def attributes(self, o):
        given = dict(o.get("attributes", {}))
        if o["queue"].endswith(".fifo"):
            given["FifoQueue"] = True
        for policy in ("RedrivePolicy", "RedriveAllowPolicy"):
            if policy in given:
                given[policy] = json.dumps({key: addressed(key, value) for key, value in given[policy].items()})
        return {key: value if isinstance(value, str) else json.dumps(value) for key, value in given.items()}

    def do_queue(self, o):
        self.urls[o["queue"]] = self.sqs.create_queue(QueueName=o["queue"], Attributes=self.attributes(o))["QueueUrl"]

    def do_setAttributes(self, o):
        self.sqs.set_queue_attributes(QueueUrl=self.url(o), Attributes=self.attributes(o))

    def do_deleteQueue(self, o):
        self.sqs.delete_queue(QueueUrl=self.url(o))

    def do_purge(self, o):
        self.sqs.purge_queue(QueueUrl=self.url(o))

    def do_counts(self, o):
        names = {"visible": "ApproximateNumberOfMessages", "inFlight": "ApproximateNumberOfMessagesNotVisible", "delayed": "ApproximateNumberOfMessagesDelayed"}
        found = self.sqs.get_queue_attributes(QueueUrl=self.url(o), AttributeNames=list(names.values()))["Attributes"]
        return {key: int(found[name]) for key, name in names.items()}

    def do_move(self, o):
        to = {"DestinationArn": ARN + o["to"]} if "to" in o else {}
        rate = {"MaxNumberOfMessagesPerSecond": o["rate"]} if "rate" in o else {}
        self.sqs.start_message_move_task(SourceArn=ARN + o["queue"], **to, **rate)

    def do_send(self, o):
        self.sqs.send_message(QueueUrl=self.url(o), **letter(o))

    def do_sendBatch(self, o):
        entries = [{"Id": entry["entry"], **letter(entry)} for entry in o["entries"]]
        answer = self.sqs.send_message_batch(QueueUrl=self.url(o), Entries=entries)
        return {"failed": [{"entry": one["Id"], "error": named(one["Code"])} for one in answer.get("Failed", [])]}

    def do_receive(self, o):
        # What is beyond the limit is refused at once.
        if 0 < o.get("wait", 0) <= 20:
            raise Cannot("a long poll of moto waits in real time")
        visibility = {"VisibilityTimeout": o["visibility"]} if "visibility" in o else {}
        answer = self.sqs.receive_message(QueueUrl=self.url(o), MaxNumberOfMessages=o.get("max", 10), WaitTimeSeconds=o.get("wait", 0), AttributeNames=["ApproximateReceiveCount"], **visibility)
        shown = []
        for message in answer.get("Messages", []):
            self.handles.setdefault((o["queue"], message["Body"]), []).append(message["ReceiptHandle"])
            count = int(message["Attributes"]["ApproximateReceiveCount"])
            shown.append({"body": message["Body"], "receiveCount": count} if "receiveCount" in self.record else message["Body"])
        return {"messages": shown}

    def handle(self, o):
        handles = self.handles.get((o["queue"], o["message"]), ["none"])
        return handles[o["receive"] - 1 if "receive" in o else -1]

    def do_delete(self, o):
        self.sqs.delete_message(QueueUrl=self.url(o), ReceiptHandle=self.handle(o))

    def do_changeVisibility(self, o):
        self.sqs.change_message_visibility(QueueUrl=self.url(o), ReceiptHandle=self.handle(o), VisibilityTimeout=o["seconds"])

    # SNS: each subscription is a queue of its own, so that it shows what came.

    def do_topic(self, o):
        fifo = {"FifoTopic": "true"} if o["topic"].endswith(".fifo") else {}
        self.topics[o["topic"]] = self.sns.create_topic(Name=o["topic"], Attributes=fifo | o.get("attributes", {}))["TopicArn"]

    def topic(self, o):
        return self.topics.get(o["topic"], f"arn:aws:sns:eu-central-1:123456789012:{o['topic']}")

    def do_subscribe(self, o):
        if o["protocol"] != "sqs":
            raise Cannot(f"moto would call a real endpoint of {o['protocol']}")
        queue = f"of-{o['subscription']}{'.fifo' if o.get('endpointIsFifo', o['topic'].endswith('.fifo')) else ''}"
        self.do_queue({"queue": queue, "attributes": {"ContentBasedDeduplication": True} if queue.endswith(".fifo") else {}})
        asked = {name: o[key] for key, name in (("filterPolicy", "FilterPolicy"), ("filterPolicyScope", "FilterPolicyScope")) if key in o}
        # What a policy must be depends on its scope.
        asked = dict(sorted(asked.items(), reverse=True)) | {"RawMessageDelivery": "true"}
        answer = self.sns.subscribe(TopicArn=self.topic(o), Protocol="sqs", Endpoint=ARN + queue, Attributes=asked, ReturnSubscriptionArn=True)
        self.subscriptions[o["subscription"]] = (answer["SubscriptionArn"], queue)

    def do_unsubscribe(self, o):
        self.sns.unsubscribe(SubscriptionArn=self.subscriptions[o["subscription"]][0])

    def do_publish(self, o):
        fifo = {name: o[key] for key, name in (("group", "MessageGroupId"), ("id", "MessageDeduplicationId")) if key in o}
        attributes = {name: {"DataType": one["Type"], "StringValue": one["Value"]} for name, one in o.get("attributes", {}).items()}
        self.sns.publish(TopicArn=self.topic(o), Message=o.get("body", "x" * o.get("size", 1)), MessageAttributes=attributes, **fifo)
        to = []
        for name, (_, queue) in self.subscriptions.items():
            while got := self.sqs.receive_message(QueueUrl=self.url({"queue": queue}), MaxNumberOfMessages=10).get("Messages", []):
                to.append(name)
                for one in got:
                    self.sqs.delete_message(QueueUrl=self.url({"queue": queue}), ReceiptHandle=one["ReceiptHandle"])
        # A topic answers a duplicate as if it were new: that nobody got it tells.
        return {"to": to}


def letter(o):
    names = {"group": "MessageGroupId", "id": "MessageDeduplicationId", "delay": "DelaySeconds"}
    return {"MessageBody": o.get("body", "x" * o.get("size", 1))} | {name: o[key] for key, name in names.items() if key in o}


def addressed(key, value):
    if key == "deadLetterTargetArn":
        return ARN + value
    return [ARN + one for one in value] if key == "sourceQueueArns" else value


def named(code):
    """The name of the API's error: the older protocol put the service before it, and called some otherwise."""
    code = code.rsplit("#", 1)[-1].removeprefix("AWS.SimpleQueueService.")
    return {"NonExistentQueue": "QueueDoesNotExist", "QueueAlreadyExists": "QueueNameExists"}.get(code, code)


def answer(operation, case):
    try:
        return {"result": case.do(operation)}
    except (Cannot, NotImplementedError) as why:
        return {"cannot": str(why)}
    except Exception as error:
        return {"failed": f"{type(error).__name__}: {error}"}


def serve():
    mock, frozen, case = None, None, None
    for line in sys.stdin:
        operation = json.loads(line)
        if operation["op"] == "case":
            if mock is not None:
                mock.stop()
                frozen.stop()
            frozen = freeze_time(datetime(2026, 11, 1, tzinfo=timezone.utc))
            clock = frozen.start()
            mock = mock_aws()
            mock.start()
            case = Case(clock)
            case.record = operation.get("record", [])
            shown = {"result": None}
        elif operation["op"] == "version":
            shown = {"result": moto.__version__}
        else:
            shown = answer(operation, case)
        print(json.dumps({"request": operation["request"], **shown}), flush=True)


serve()
