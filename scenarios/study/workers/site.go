package workers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// site is what a server holds of a sweep: a stream of tasks, a stream of answers, and a store of
// objects. A sweep whose stream of tasks is there is submitted.
type site struct {
	js jetstream.JetStream
	id string // of the sweep with its program
}

// notice is what the stream of tasks says about a sweep. It is the metadata of the stream.
type notice struct {
	Program  string
	Scenario string
	Work     string        // name of the object with the SweepWork
	Attempts int           // how often a task is delivered at most
	Again    time.Duration // time until a task that has failed is delivered again
}

// keptFor is how long a server keeps messages and objects of a sweep that nobody completes.
const keptFor = 30 * 24 * time.Hour

// siteOf returns the site of a sweep. It depends on the program, too.
func siteOf(js jetstream.JetStream, program string, design []byte) *site {
	sum := sha256.Sum256(append([]byte(program+"\n"), design...))
	return &site{js, hex.EncodeToString(sum[:8])}
}

const (
	allTasks  = "wavetank.*.task.*" // subjects of all streams of tasks
	tasksEnd  = "-tasks"
	storeName = "wavetank-"
)

func (s *site) tasks() string             { return storeName + s.id + tasksEnd }
func (s *site) answers() string           { return storeName + s.id + "-answers" }
func (s *site) bucket() string            { return storeName + s.id }
func (s *site) task(name string) string   { return "wavetank." + s.id + ".task." + name }
func (s *site) answer(name string) string { return "wavetank." + s.id + ".answer." + name }
func (s *site) all() string               { return "wavetank." + s.id + ".>" }
func (s *site) failures() string          { return "wavetank." + s.id + ".failure." }
func (s *site) refused() string           { return "wavetank." + s.id + ".refused" }
func (s *site) failure(name string, n int) string {
	return fmt.Sprintf("%s%s.%d", s.failures(), name, n)
}

// handsName is the name of the consumer from which workers take tasks.
const handsName = "workers"

// metadata writes a notice as metadata of a stream.
func (n *notice) metadata() map[string]string {
	return map[string]string{"program": n.Program, "scenario": n.Scenario, "work": n.Work, "attempts": strconv.Itoa(n.Attempts), "again": n.Again.String()}
}

// noticeOf reads what metadata has written.
func noticeOf(m map[string]string) (n notice, err error) {
	n = notice{Program: m["program"], Scenario: m["scenario"], Work: m["work"]}
	var faults [2]error
	n.Attempts, faults[0] = strconv.Atoi(m["attempts"])
	n.Again, faults[1] = time.ParseDuration(m["again"])
	return n, errors.Join(faults[:]...)
}

// keep makes the stream of answers and the store of objects, unless they are there.
func (s *site) keep(ctx context.Context) (store jetstream.ObjectStore, err error) {
	err = steadily(ctx, func(ctx context.Context) error {
		_, err := s.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
			Name: s.answers(), Subjects: []string{s.answer("*"), s.failures() + "*.*"}, MaxAge: keptFor,
			Discard: jetstream.DiscardNew, DiscardNewPerSubject: true, MaxMsgsPerSubject: 1,
		})
		if err == nil {
			store, err = s.js.CreateOrUpdateObjectStore(ctx, jetstream.ObjectStoreConfig{Bucket: s.bucket(), TTL: keptFor})
		}
		return err
	})
	return store, err
}

// open makes the stream of tasks: workers begin to look there. A task that is not acknowledged, or
// whose worker does not say that it goes on, is delivered again after the time of wait.
func (s *site) open(ctx context.Context, n *notice, wait time.Duration) error {
	return steadily(ctx, func(ctx context.Context) error {
		_, err := s.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
			Name: s.tasks(), Subjects: []string{s.task("*")}, MaxAge: keptFor, Retention: jetstream.WorkQueuePolicy,
			Discard: jetstream.DiscardNew, DiscardNewPerSubject: true, MaxMsgsPerSubject: 1, Metadata: n.metadata(),
		})
		if err == nil {
			_, err = s.js.CreateOrUpdateConsumer(ctx, s.tasks(), jetstream.ConsumerConfig{
				Durable: handsName, AckPolicy: jetstream.AckExplicitPolicy, AckWait: wait, MaxDeliver: -1, MaxAckPending: -1,
			})
		}
		return err
	})
}

// withdraw removes the tasks that nobody has taken. Answers stay.
func (s *site) withdraw(ctx context.Context) error {
	return present(steadily(ctx, func(ctx context.Context) error { return s.js.DeleteStream(ctx, s.tasks()) }))
}

// remove removes everything.
func (s *site) remove(ctx context.Context) error {
	return errors.Join(s.withdraw(ctx),
		present(steadily(ctx, func(ctx context.Context) error { return s.js.DeleteStream(ctx, s.answers()) })),
		present(steadily(ctx, func(ctx context.Context) error { return s.js.DeleteObjectStore(ctx, s.bucket()) })))
}

// present returns nil for the error that something is not there.
func present(err error) error {
	if errors.Is(err, jetstream.ErrStreamNotFound) || errors.Is(err, jetstream.ErrBucketNotFound) {
		return nil
	}
	return err
}

// clean removes the failures of an earlier submission. It returns the names of the tasks that have
// an answer.
func (s *site) clean(ctx context.Context) (answered map[string]bool, err error) {
	answered = map[string]bool{}
	err = steadily(ctx, func(ctx context.Context) error {
		stream, err := s.js.Stream(ctx, s.answers())
		if err != nil {
			return err
		}
		if err := stream.Purge(ctx, jetstream.WithPurgeSubject(s.failures()+">")); err != nil {
			return err
		}
		info, err := stream.Info(ctx, jetstream.WithSubjectFilter(s.answer("*")))
		if err != nil {
			return err
		}
		for subject := range info.State.Subjects {
			answered[lastOf(subject)] = true
		}
		return nil
	})
	return answered, err
}

// lastOf returns the last part of a subject.
func lastOf(subject string) string { return subject[strings.LastIndexByte(subject, '.')+1:] }

// publish adds a message. It reports false if there is one with its subject.
func (s *site) publish(ctx context.Context, subject string, content any) (added bool, err error) {
	data, err := json.Marshal(content)
	if err != nil {
		return false, err
	}
	err = steadily(ctx, func(ctx context.Context) error {
		_, err := s.js.Publish(ctx, subject, data)
		return err
	})
	if taken(err) {
		return false, nil
	}
	return err == nil, err
}

// put stores bytes under their SHA-256, which it returns.
func put(ctx context.Context, store jetstream.ObjectStore, b []byte) (sum string, err error) {
	h := sha256.Sum256(b)
	sum = hex.EncodeToString(h[:])
	return sum, putFrom(ctx, store, sum, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil })
}

// putFrom stores what a reader returns under a name, unless there is an object of that name.
func putFrom(ctx context.Context, store jetstream.ObjectStore, name string, open func() (io.ReadCloser, error)) error {
	return steadily(ctx, func(limited context.Context) error {
		_, err := store.GetInfo(limited, name)
		if err == nil || !errors.Is(err, jetstream.ErrObjectNotFound) {
			return err
		}
		r, err := open()
		if err != nil {
			return err
		}
		_, err = store.Put(ctx, jetstream.ObjectMeta{Name: name}, r) // a large file takes long
		return errors.Join(err, r.Close())
	})
}

// get returns the bytes of an object, whose name is their SHA-256.
func get(ctx context.Context, store jetstream.ObjectStore, name string) (b []byte, err error) {
	err = steadily(ctx, func(ctx context.Context) error {
		b, err = store.GetBytes(ctx, name)
		return err
	})
	if err == nil {
		err = same(name, sha256.Sum256(b))
	}
	return b, err
}

// same returns an error if bytes with a SHA-256 are not those of the object with a name.
func same(name string, sum [sha256.Size]byte) error {
	if got := hex.EncodeToString(sum[:]); got != name {
		return fmt.Errorf("the object %.12s is damaged: its SHA-256 is %.12s", name, got)
	}
	return nil
}
