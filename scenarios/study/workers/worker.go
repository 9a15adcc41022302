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
	Folder   string        // folder of temporary files; "": that of the system
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
	carried  sync.WaitGroup // the tasks that are carried out now
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
	if c.folder, err = os.MkdirTemp(w.Folder, fmt.Sprintf("wavetank-worker-%d-", os.Getpid())); err != nil {
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
	_ = c.conn.FlushTimeout(time.Second) // tasks that are given back
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
		refusals, err := c.look(ctx)
		for _, line := range refusals {
			c.Tell(line)
		}
		if err != nil && ctx.Err() == nil && !away(err) {
			c.Tell(err.Error())
		}
	}
}

// discover looks for sweeps for the first time.
func (c *crew) discover(ctx context.Context) error {
	var refusals []string
	err := steadily(ctx, func(context.Context) (err error) {
		refusals, err = c.look(ctx)
		return err
	})
	switch {
	case err != nil:
		return fmt.Errorf("%s %s: %w", flagURL, c.Address, err)
	case len(refusals) > 0 && len(c.joined) == 0:
		return Refused{errors.New(strings.Join(refusals, "\n"))}
	}
	for _, line := range refusals {
		c.Tell(line)
	}
	return nil
}

// submitted returns the metadata of the streams of all sweeps that the server holds.
func (c *crew) submitted(ctx context.Context) (map[string]map[string]string, error) {
	limited, cancel := context.WithTimeout(ctx, longestCall)
	defer cancel()
	list := c.js.ListStreams(limited, jetstream.WithStreamListSubject(allTasks))
	found := map[string]map[string]string{}
	for info := range list.Info() {
		found[info.Config.Name] = info.Config.Metadata
	}
	return found, list.Err()
}

// look joins sweeps that are new, and leaves those that have ended. It returns why the worker takes
// no part in others.
func (c *crew) look(ctx context.Context) (refusals []string, err error) {
	found, err := c.submitted(ctx)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if c.knows(name) {
			continue
		}
		p, err := c.join(ctx, name, found[name])
		switch {
		case away(err), errors.Is(err, jetstream.ErrConsumerNotFound), ctx.Err() != nil:
			continue // it is only just being submitted; the next look joins it
		case err != nil:
			refusals = append(refusals, c.refuse(name, err))
			continue
		}
		c.mutex.Lock()
		c.joined[name] = p
		c.mutex.Unlock()
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for name, p := range c.joined {
		if _, there := found[name]; !there {
			delete(c.joined, name)
			go p.leave()
		}
	}
	maps.DeleteFunc(c.refused, func(name string, _ bool) bool {
		_, there := found[name]
		return !there
	})
	return refusals, nil
}

// knows reports whether the worker has joined or refused the sweep with a stream.
func (c *crew) knows(stream string) bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.joined[stream] != nil || c.refused[stream]
}

// refuse tells where the sweep was submitted that the worker takes no part in it, and why. It
// returns the reason in words.
func (c *crew) refuse(stream string, err error) string {
	c.mutex.Lock()
	c.refused[stream] = true
	c.mutex.Unlock()
	// only a message for people, so it may be lost
	_ = c.conn.Publish(c.siteNamed(stream).refused(), fmt.Appendf(nil, "worker %s takes no part in the sweep: %v", c.name, err))
	_ = c.conn.FlushTimeout(time.Second)
	return fmt.Sprintf("the worker takes no part in a sweep: %v", err)
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
	root, err := os.MkdirTemp(c.folder, "sweep-")
	if err != nil {
		return nil, err
	}
	p.settings = settings{work: &w, layout: layoutOf(root, w.Files), commands: c.Commands}
	cache := c.Cache
	if cache == "" {
		cache = filepath.Join(c.folder, "capacity")
	}
	p.settings.cache = &capacity.Cache{Folder: cache, Program: c.Program}
	if err = w.fetch(ctx, p.store, p.settings.layout); err == nil {
		_, err = p.settings.experiment(ctx, nil)
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(root))
	}
	return p, nil
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

// leave removes the files of the sweep when no task of it is carried out any more.
func (p *part) leave() {
	p.carried.Wait()
	_ = os.RemoveAll(p.settings.layout.root) // the worker removes its whole folder at its end
}
