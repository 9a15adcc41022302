package workload

import (
	"errors"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload/distribution"
)

// Lane is what one stream of requests draws from, before it is merged with the others. Each purpose
// has a random stream of its own, named after the lane, so that no lane moves the draws of another.
type Lane struct {
	Name        string // unique among the lanes of a run
	Seed        uint64
	Replication int
	Models      *Mix                 // how arrivals spread over models
	Work        distribution.Service // nil stands for Deterministic
}

// Stream returns the random stream of a purpose and an entity within it.
func (l Lane) Stream(purpose string, entity uint64) *kernel.Stream {
	return kernel.NewStream(l.Seed, l.Replication, purpose+"/"+l.Name, entity)
}

// Synthetic returns the endless stream of requests that arrive by a process.
func (l Lane) Synthetic(p Process) (Source, error) {
	marks, err := l.Marks(0)
	if p == nil {
		err = errors.Join(err, errors.New("arrivals: none given"))
	}
	if err != nil {
		return nil, err
	}
	return Arriving(p.Start(l.Stream("arrivals", 0)), marks), nil
}

// Arriving returns the requests that come at some instants.
func Arriving(instants Instants, marks Marks) Source {
	return &synthetic{instants: instants, marks: marks}
}

type synthetic struct {
	instants Instants
	marks    Marks
}

func (s *synthetic) Next(r *fleet.Request) bool {
	at := s.instants.Next()
	if at == kernel.Never {
		return false
	}
	*r = fleet.Request{Model: s.marks.Model(), Arrival: at, Work: s.marks.NextWork()}
	return true
}

func (s *synthetic) Err() error   { return nil }
func (s *synthetic) Close() error { return nil }

// Marks draws what an arrival needs besides its instant: its model and its work.
type Marks struct {
	mix           *Mix
	distribution  distribution.Service
	models, works *kernel.Stream
}

// Marks returns the marks of the arrivals of an entity. Each entity draws from streams of its own.
func (l Lane) Marks(entity uint64) (Marks, error) {
	if l.Models == nil {
		return Marks{}, errors.New("models: none given")
	}
	if l.Work == nil {
		l.Work = distribution.Deterministic()
	}
	return Marks{l.Models, l.Work, l.Stream("model", entity), l.Stream("work", entity)}, nil
}

// Model draws a model.
func (m *Marks) Model() fleet.ModelID { return m.mix.Draw(m.models) }

// NextWork draws a work.
func (m *Marks) NextWork() float64 { return m.distribution.Work(m.works) }
