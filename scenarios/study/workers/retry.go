package workers

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Times of calls to the server.
const (
	longestCall = 20 * time.Second
	retryWait   = 200 * time.Millisecond
)

// steadily repeats a call while the server is away. It returns the error of a call that fails for
// another reason, or that of the context.
func steadily(ctx context.Context, call func(context.Context) error) error {
	for {
		limited, cancel := context.WithTimeout(ctx, longestCall)
		err := call(limited)
		cancel()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil || !away(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(retryWait):
		}
	}
}

// away reports whether an error says that the server does not answer now.
func away(err error) bool {
	for _, one := range []error{
		context.DeadlineExceeded, nats.ErrTimeout, nats.ErrNoResponders, nats.ErrDisconnected, nats.ErrConnectionReconnecting,
		nats.ErrReconnectBufExceeded, nats.ErrNoServers, jetstream.ErrNoStreamResponse, jetstream.ErrJetStreamNotEnabled,
	} {
		if errors.Is(err, one) {
			return true
		}
	}
	fault, is := errors.AsType[*jetstream.APIError](err)
	return is && fault.Code == 503 && fault.ErrorCode != subjectIsTaken
}

// subjectIsTaken is the error code of JetStream for a message with a subject that has as many
// messages as it may have.
const subjectIsTaken jetstream.ErrorCode = 10077

// taken reports whether an error says that there is a message with this subject already.
func taken(err error) bool {
	fault, is := errors.AsType[*jetstream.APIError](err)
	return is && fault.ErrorCode == subjectIsTaken
}
