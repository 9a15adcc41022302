package workers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"wavetank/scenarios/capacity"
	"wavetank/scenarios/study"
)

// Worker takes tasks of all sweeps that a server holds, and carries them out.
type Worker struct {
	Address  *Address
	Program  string        // version and digest of the program; sweeps of another one are refused
	Parallel int           // tasks at a time; at least 1
	Cache    string        // folder of tables of capacity; "": one that ends with the worker
	Commands bool          // policies of scenarios may start programs
	Idle     time.Duration // ends after so long without a task; 0: never
	Tell     func(line string)
}

// Refused is the error of a worker that may take part in none of the sweeps that it finds.
type Refused struct{ error }

// Unwrap returns the error itself.
func (r Refused) Unwrap() error { return r.error }

// crew is a worker at work.
type crew struct {
	*Worker
	name   string // for messages
	conn   *nats.Conn
	js     jetstream.JetStream
	folder string // of everything that ends with the worker

	mutex   sync.Mutex       // of everything below
	joined  map[string]*part // by stream
	refused map[string]bool  // streams of sweeps in which the worker takes no part

	answered atomic.Int64
	busy     atomic.Int64 // tasks that are carried out now
	last     atomic.Int64 // when the last task ended, in nanoseconds
}

// part is the part that a worker takes in a sweep.
type part struct {
	*site
	notice
	tasks    jetstream.Consumer
	silence  time.Duration
	store    jetstream.ObjectStore
	settings settings
}

// Run takes tasks until the context ends, or there has been none for the time of Idle. It returns
// how many it has answered. A task that is not complete then goes to another worker. If there are
// sweeps at the beginning, and the worker may take part in none, the error is Refused.
func (w *Worker) Run(ctx context.Context) (answered int, err error) {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	c := &crew{Worker: w, name: fmt.Sprintf("%s/%d", host, os.Getpid()), joined: map[string]*part{}, refused: map[string]bool{}}
	if c.conn, err = w.Address.connect("wavetank worker "+c.name, w.Tell); err != nil {
		return 0, err
	}
	defer c.conn.Close()
	if c.js, err = jetstream.New(c.conn); err != nil {
		return 0, err
	}
	if c.folder, err = os.MkdirTemp("", "wavetank-worker-"); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(c.folder)) }()
	if err := c.discover(ctx); err != nil {
		return 0, err
	}
	c.last.Store(time.Now().UnixNano())
	inner, stop := context.WithCancel(ctx)
	defer stop()
	var hands sync.WaitGroup
	for i := range max(1, w.Parallel) {
		hands.Go(func() { c.hand(inner, i) })
	}
	c.attend(inner)
	stop()
	hands.Wait()
	return int(c.answered.Load()), ctx.Err()
}

// attend looks for sweeps until the context ends, or the worker has been idle for long enough.
func (c *crew) attend(ctx context.Context) {
	const soon, late = 100 * time.Millisecond, 2 * time.Second
	for wait := soon; ; wait = min(2*wait, late) {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		if c.Idle > 0 && c.busy.Load() == 0 && time.Since(time.Unix(0, c.last.Load())) > c.Idle {
			return
		}
		if err := c.look(ctx); err != nil && ctx.Err() == nil && !away(err) {
			c.Tell(err.Error())
		}
	}
}

// discover looks for sweeps for the first time.
func (c *crew) discover(ctx context.Context) error {
	var faults []string
	tell := c.Tell
	c.Tell = func(line string) { faults = append(faults, line) }
	err := steadily(ctx, c.look)
	c.Tell = tell
	switch {
	case err != nil:
		return fmt.Errorf("%s %s: %w", flagURL, c.Address, err)
	case len(c.refused) > 0 && len(c.joined) == 0:
		return Refused{errors.New(strings.Join(faults, "\n"))}
	}
	for _, line := range faults {
		c.Tell(line)
	}
	return nil
}

// look joins sweeps that are new, and leaves those that have ended.
func (c *crew) look(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, longestCall)
	defer cancel()
	list := c.js.ListStreams(limited, jetstream.WithStreamListSubject(allTasks))
	there := map[string]bool{}
	for info := range list.Info() {
		name := info.Config.Name
		there[name] = true
		c.mutex.Lock()
		known := c.joined[name] != nil || c.refused[name]
		c.mutex.Unlock()
		if known {
			continue
		}
		p, err := c.join(limited, name, info.Config.Metadata)
		switch {
		case away(err), errors.Is(err, jetstream.ErrConsumerNotFound), ctx.Err() != nil:
			continue // it is only just being submitted; the next look joins it
		case err != nil:
			c.refuse(name, err)
			continue
		}
		c.mutex.Lock()
		c.joined[name] = p
		c.mutex.Unlock()
	}
	if err := list.Err(); err != nil {
		return err
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	gone := func(name string) bool { return !there[name] }
	maps.DeleteFunc(c.joined, func(name string, _ *part) bool { return gone(name) })
	maps.DeleteFunc(c.refused, func(name string, _ bool) bool { return gone(name) })
	return nil
}

// refuse tells here and where the sweep was submitted that the worker takes no part in it.
func (c *crew) refuse(stream string, err error) {
	c.mutex.Lock()
	c.refused[stream] = true
	c.mutex.Unlock()
	s := c.siteNamed(stream)
	c.Tell(fmt.Sprintf("the worker takes no part in a sweep: %v", err))
	// only a message for people, so it may be lost
	_ = c.conn.Publish(s.refused(), fmt.Appendf(nil, "worker %s takes no part in the sweep: %v", c.name, err))
	_ = c.conn.FlushTimeout(time.Second)
}

// siteNamed returns the site with a stream of tasks.
func (c *crew) siteNamed(stream string) *site {
	return &site{c.js, strings.TrimSuffix(strings.TrimPrefix(stream, storeName), tasksEnd)}
}

// join prepares the part of the worker in a sweep.
func (c *crew) join(ctx context.Context, stream string, metadata map[string]string) (*part, error) {
	n, err := noticeOf(metadata)
	if err != nil {
		return nil, fmt.Errorf("%s is not a stream of this program: %w", stream, err)
	}
	if n.Program != c.Program {
		return nil, fmt.Errorf("%s is a sweep of another program, %s; this worker is %s", n.Scenario, study.Build(n.Program), study.Build(c.Program))
	}
	p := &part{site: c.siteNamed(stream), notice: n}
	if p.tasks, err = c.js.Consumer(ctx, stream, handsName); err != nil {
		return nil, err
	}
	p.silence = p.tasks.CachedInfo().Config.AckWait
	if p.store, err = c.js.ObjectStore(ctx, p.bucket()); err != nil {
		return nil, err
	}
	text, err := get(ctx, p.store, n.Work)
	if err != nil {
		return nil, err
	}
	w, err := read[SweepWork](text)
	if err != nil {
		return nil, err
	}
	p.settings = settings{work: &w, layout: layoutOf(filepath.Join(c.folder, p.id), w.Files), commands: c.Commands}
	cache := c.Cache
	if cache == "" {
		cache = filepath.Join(c.folder, "capacity")
	}
	p.settings.cache = &capacity.Cache{Folder: cache, Program: c.Program}
	if err := w.fetch(ctx, p.store, p.settings.layout); err != nil {
		return nil, err
	}
	_, err = p.settings.experiment(ctx, nil)
	return p, err
}

// parts returns the parts of the worker in sweeps, beginning with another one each time.
func (c *crew) parts(turn int) []*part {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	names := slices.Sorted(maps.Keys(c.joined))
	var list []*part
	for i := range names {
		list = append(list, c.joined[names[(i+turn)%len(names)]])
	}
	return list
}

// leave ends the part of the worker in a sweep, until the next look.
func (c *crew) leave(p *part) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	delete(c.joined, p.site.tasks())
}
