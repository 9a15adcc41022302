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
	"wavetank/scenarios/study"
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
		varied := study.Changes(w.Varied, values[:min(len(values), len(w.Varied))])
		f, err := file.Read(w.File, w.Text, slices.Concat(w.Changes, varied)...)
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
