package workload

import (
	"errors"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Lane is what one stream of requests draws from, before it is merged with the others. Each purpose has a
// random stream of its own, named after the lane, so that no lane moves the draws of another.
type Lane struct {
	Name        string // unique among the lanes of a run
	Seed        uint64
	Replication int
	Models      *Mix    // how arrivals spread over models
	Work        Service // nil stands for Deterministic
}

// stream returns the random stream of a purpose and an entity within it.
func (l Lane) stream(purpose string, entity uint64) *kernel.Stream {
	return kernel.NewStream(l.Seed, l.Replication, purpose+"/"+l.Name, entity)
}

// Synthetic returns the endless stream of requests that arrive by a process.
func (l Lane) Synthetic(p Process) (Source, error) {
	marks, err := l.marks()
	if p == nil {
		err = errors.Join(err, errors.New("arrivals: none given"))
	}
	if err != nil {
		return nil, err
	}
	return &synthetic{instants: p.Start(l.stream("arrivals", 0)), marks: marks}, nil
}

type synthetic struct {
	instants Instants
	marks    marks
}

func (s *synthetic) Next(r *fleet.Request) bool {
	at := s.instants.Next()
	if at == kernel.Never {
		return false
	}
	*r = fleet.Request{Model: s.marks.model(), Arrival: at, Work: s.marks.work()}
	return true
}

func (s *synthetic) Err() error   { return nil }
func (s *synthetic) Close() error { return nil }

// marks draws what an arrival needs besides its instant.
type marks struct {
	mix           *Mix
	law           Service
	models, works *kernel.Stream
}

func (l Lane) marks() (marks, error) {
	if l.Models == nil {
		return marks{}, errors.New("models: none given")
	}
	if l.Work == nil {
		l.Work = Deterministic()
	}
	return marks{l.Models, l.Work, l.stream("model", 0), l.stream("work", 0)}, nil
}

func (m *marks) model() fleet.ModelID { return m.mix.draw(m.models) }

func (m *marks) work() float64 { return m.law.Work(m.works) }
