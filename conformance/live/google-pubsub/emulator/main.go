// Google Cloud Pub/Sub as pstest does it, the fake of Google's own client library, in a time that stands still but for
// `advance`. One JSON object per line in (an operation of a case, with the number of the request), one out with the same
// number: its result, that it cannot be done here, or that it failed. `case` begins anew.
package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"time"

	"cloud.google.com/go/pubsub/pstest"
	pb "cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

type config struct {
	AckDeadlineSeconds *int32
	DeadLetterPolicy   *struct {
		DeadLetterTopic     string
		MaxDeliveryAttempts int32
		MayForward          *bool
	}
	EnableExactlyOnceDelivery bool
	EnableMessageOrdering     bool
	Filter                    string
	MessageRetentionSeconds   float64
	Push                      bool
	RetainAckedMessages       bool
	RetryPolicy               *struct {
		MinimumBackoffSeconds, MaximumBackoffSeconds float64
	}
}

type operation struct {
	Request                           int
	Op, Topic, Subscription, Snapshot string
	Config                            config
	Body, OrderingKey, Delivery       string
	Bodies                            []string
	Attributes                        map[string]string
	Bytes, Nth                        int
	MaxMessages, Seconds              *int32
	Ms                                float64
	AgoMs                             float64 `json:"ago_ms"`
}

// Why pstest cannot be asked, which is no fault.
type cannot string

func (why cannot) Error() string { return string(why) }

type shown map[string]any

type service struct {
	*pstest.Server
	now time.Time
	// Ack ids by subscription and body, oldest first.
	acks map[string][]string
}

func newService() *service {
	s := &service{Server: pstest.NewServer(), now: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), acks: map[string][]string{}}
	s.SetTimeNowFunc(func() time.Time { return s.now })
	return s
}

func topicName(id string) string        { return "projects/p/topics/" + cmp.Or(id, "t") }
func subscriptionName(id string) string { return "projects/p/subscriptions/" + cmp.Or(id, "s") }
func snapshotName(id string) string     { return "projects/p/snapshots/" + id }
func seconds(n float64) *durationpb.Duration {
	if n == 0 {
		return nil
	}
	return durationpb.New(time.Duration(n * float64(time.Second)))
}

func (o operation) subscription() (*pb.Subscription, error) {
	c := o.Config
	if c.Push {
		return nil, cannot("pstest would push to a real endpoint")
	}
	s := &pb.Subscription{
		Name: subscriptionName(o.Subscription), Topic: topicName(o.Topic), Filter: c.Filter,
		EnableMessageOrdering: c.EnableMessageOrdering, EnableExactlyOnceDelivery: c.EnableExactlyOnceDelivery,
		RetainAckedMessages: c.RetainAckedMessages, MessageRetentionDuration: seconds(c.MessageRetentionSeconds),
	}
	if c.AckDeadlineSeconds != nil {
		s.AckDeadlineSeconds = *c.AckDeadlineSeconds
	} else {
		s.AckDeadlineSeconds = 10
	}
	if d := c.DeadLetterPolicy; d != nil {
		if d.MayForward != nil && !*d.MayForward {
			return nil, cannot("pstest knows no permissions")
		}
		s.DeadLetterPolicy = &pb.DeadLetterPolicy{DeadLetterTopic: topicName(d.DeadLetterTopic), MaxDeliveryAttempts: d.MaxDeliveryAttempts}
	}
	if r := c.RetryPolicy; r != nil {
		s.RetryPolicy = &pb.RetryPolicy{MinimumBackoff: seconds(r.MinimumBackoffSeconds), MaximumBackoff: seconds(r.MaximumBackoffSeconds)}
	}
	return s, nil
}

func (s *service) publish(ctx context.Context, o operation) (any, error) {
	bodies := o.Bodies
	if bodies == nil {
		bodies = []string{o.Body}
	}
	r := &pb.PublishRequest{Topic: topicName(o.Topic)}
	for _, body := range bodies {
		if o.Bytes > 0 {
			body = fmt.Sprintf("%-*s", o.Bytes, body)
		}
		r.Messages = append(r.Messages, &pb.PubsubMessage{Data: []byte(body), OrderingKey: o.OrderingKey, Attributes: o.Attributes})
	}
	if _, err := s.GServer.Publish(ctx, r); err != nil {
		return nil, err
	}
	// It tells messages of one moment apart by nothing.
	s.now = s.now.Add(time.Millisecond)
	return shown{"published": len(bodies)}, nil
}

func (s *service) pull(ctx context.Context, o operation) (any, error) {
	most := int32(100)
	if o.MaxMessages != nil {
		most = *o.MaxMessages
	}
	r, err := s.GServer.Pull(ctx, &pb.PullRequest{Subscription: subscriptionName(o.Subscription), MaxMessages: most, ReturnImmediately: true})
	if err != nil {
		return nil, err
	}
	// They lie in a map: shown in the order in which they were published.
	slices.SortStableFunc(r.ReceivedMessages, func(a, b *pb.ReceivedMessage) int {
		return cmp.Or(a.Message.PublishTime.AsTime().Compare(b.Message.PublishTime.AsTime()), cmp.Compare(len(a.Message.MessageId), len(b.Message.MessageId)), cmp.Compare(a.Message.MessageId, b.Message.MessageId))
	})
	messages := []shown{}
	for _, m := range r.ReceivedMessages {
		body := string(m.Message.Data)
		key := subscriptionName(o.Subscription) + " " + body
		s.acks[key] = append(s.acks[key], m.AckId)
		one := shown{"body": body}
		if m.DeliveryAttempt > 0 {
			one["deliveryAttempt"] = m.DeliveryAttempt
		}
		messages = append(messages, one)
	}
	return shown{"messages": messages}, nil
}

// Of the newest delivery of a body, or of the nth.
func (s *service) ackIDs(o operation) []string {
	all := s.acks[subscriptionName(o.Subscription)+" "+o.Delivery]
	switch {
	case len(all) == 0:
		return []string{"none"}
	case o.Nth > 0:
		return all[o.Nth-1 : o.Nth]
	}
	return all[len(all)-1:]
}

func (s *service) do(o operation) (result any, err error) {
	ctx, end := context.WithTimeout(context.Background(), 5*time.Second)
	defer end()
	g := &s.GServer
	switch o.Op {
	case "topic":
		_, err = g.CreateTopic(ctx, &pb.Topic{Name: topicName(o.Topic), MessageRetentionDuration: seconds(o.Config.MessageRetentionSeconds)})
	case "deleteTopic":
		_, err = g.DeleteTopic(ctx, &pb.DeleteTopicRequest{Topic: topicName(o.Topic)})
	case "subscription":
		var made *pb.Subscription
		if made, err = o.subscription(); err == nil {
			_, err = g.CreateSubscription(ctx, made)
		}
	case "detach":
		_, err = g.DetachSubscription(ctx, &pb.DetachSubscriptionRequest{Subscription: subscriptionName(o.Subscription)})
	case "publish":
		return s.publish(ctx, o)
	case "pull":
		return s.pull(ctx, o)
	case "ack":
		_, err = g.Acknowledge(ctx, &pb.AcknowledgeRequest{Subscription: subscriptionName(o.Subscription), AckIds: s.ackIDs(o)})
	case "modify":
		_, err = g.ModifyAckDeadline(ctx, &pb.ModifyAckDeadlineRequest{Subscription: subscriptionName(o.Subscription), AckIds: s.ackIDs(o), AckDeadlineSeconds: *o.Seconds})
	case "snapshot":
		_, err = g.CreateSnapshot(ctx, &pb.CreateSnapshotRequest{Name: snapshotName(o.Snapshot), Subscription: subscriptionName(o.Subscription)})
	case "seek":
		r := &pb.SeekRequest{Subscription: subscriptionName(o.Subscription), Target: &pb.SeekRequest_Time{Time: timestamppb.New(s.now.Add(-time.Duration(o.AgoMs * float64(time.Millisecond))))}}
		if o.Snapshot != "" {
			r.Target = &pb.SeekRequest_Snapshot{Snapshot: snapshotName(o.Snapshot)}
		}
		_, err = g.Seek(ctx, r)
	case "advance":
		s.now = s.now.Add(time.Duration(o.Ms * float64(time.Millisecond)))
	default:
		err = cannot("pstest is not asked for " + o.Op)
	}
	return nil, err
}

// What one operation shows, as a line of the answer.
func (s *service) answer(o operation) (line shown) {
	defer func() {
		if why := recover(); why != nil {
			line = shown{"failed": fmt.Sprint(why)}
		}
	}()
	result, err := s.do(o)
	why, is := err.(cannot)
	switch {
	case is:
		return shown{"cannot": string(why)}
	case err == nil:
		return shown{"result": result}
	case status.Code(err).String() == "Unimplemented":
		return shown{"cannot": err.Error()}
	}
	return shown{"result": shown{"error": named(err)}}
}

// The name that the API gives a status: NOT_FOUND for NotFound.
func named(err error) string {
	name := []rune{}
	for i, letter := range status.Code(err).String() {
		if i > 0 && letter >= 'A' && letter <= 'Z' {
			name = append(name, '_')
		}
		if letter >= 'a' {
			letter -= 'a' - 'A'
		}
		name = append(name, letter)
	}
	return string(name)
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if module.Path == "cloud.google.com/go/pubsub" {
				return module.Version[1:]
			}
		}
	}
	return "unknown"
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<26)
	out := json.NewEncoder(os.Stdout)
	var at *service
	for in.Scan() {
		var o operation
		line := shown{}
		if err := json.Unmarshal(in.Bytes(), &o); err != nil {
			line["failed"] = err.Error()
		} else if o.Op == "version" {
			line["result"] = version()
		} else if o.Op == "case" {
			// The one before is not closed: after a panic it would hold its own lock for ever.
			at = newService()
		} else {
			line = at.answer(o)
		}
		line["request"] = o.Request
		if err := out.Encode(line); err != nil {
			panic(err)
		}
	}
}
