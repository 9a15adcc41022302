package workers

import (
	"context"
	"slices"
	"strings"
	"sync"

	"wavetank/scenarios"
	"wavetank/scenarios/capacity"
	"wavetank/scenarios/file"
	"wavetank/scenarios/once"
)

// settings prepares the settings of a sweep for a worker, each when a task first needs it.
type settings struct {
	work     *SweepWork
	layout   layout
	commands bool            // policies may start programs
	cache    *capacity.Cache // of tables of capacity

	mutex    sync.Mutex                                  // of everything below
	prepared *once.Values[string, *scenarios.Experiment] // by the values of the varied paths
	number   int                                         // of settings in prepared
}

// mostSettings is how many settings a worker keeps. Each takes about 0.3 MB, more with a trace.
const mostSettings = 1000

// room returns the settings that are kept, with room for one more.
func (s *settings) room() *once.Values[string, *scenarios.Experiment] {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.prepared == nil || s.number >= mostSettings {
		s.prepared, s.number = &once.Values[string, *scenarios.Experiment]{}, 0
	}
	return s.prepared
}

func (s *settings) added() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.number++
}

// experiment returns the experiment of a setting. It opens no files but those of the work.
func (s *settings) experiment(ctx context.Context, values []string) (*scenarios.Experiment, error) {
	return s.room().Get(ctx, strings.Join(values, "\x00"), func() (*scenarios.Experiment, error) {
		s.added()
		w := s.work
		changes := slices.Clone(w.Changes)
		for i, v := range values {
			if i < len(w.Varied) {
				changes = append(changes, file.Change{Path: w.Varied[i], Value: v, Flag: "--vary"})
			}
		}
		f, err := file.Read(w.File, w.Text, changes...)
		if err != nil {
			return nil, err
		}
		f.From(s.layout.folder(), s.layout.at, w.Shipped)
		f.CommandsAllowed = s.commands
		e, err := scenarios.Prepare(f)
		if err != nil {
			return nil, err
		}
		if len(w.Selected) > 0 {
			err = e.Scenario.Select(w.Selected)
		}
		e.Capacities.Cache = s.cache
		return e, err
	})
}
