package workload

import (
	"errors"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload/distribution"
)

// Lane is one stream of requests before it is merged with others: its name, and how its models,
// works and items are drawn. Each purpose has a random stream that is named after the lane, so that
// no lane changes the draws of another.
type Lane struct {
	Name        string // unique among the lanes of a run
	Seed        uint64
	Replication int
	Models      *Mix                 // shares of the models in the arrivals
	Work        distribution.Service // nil: Deterministic
	Items       Items                // items that a request carries
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

// Arriving returns a request at each of some instants.
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
	*r = fleet.Request{Model: s.marks.Model(), Arrival: at, Work: s.marks.NextWork(), Items: s.marks.NextItems()}
	return true
}

func (s *synthetic) Err() error   { return nil }
func (s *synthetic) Close() error { return nil }

// Marks draws what an arrival needs besides its instant: its model, its work and its items.
type Marks struct {
	mix           *Mix
	distribution  distribution.Service
	models, works *kernel.Stream

	items  Items
	counts *kernel.Stream // random stream of the items
}

// Marks returns the Marks of an entity, for example of one sender. Each entity has random streams
// of its own.
func (l Lane) Marks(entity uint64) (Marks, error) {
	if l.Models == nil {
		return Marks{}, errors.New("models: none given")
	}
	if l.Work == nil {
		l.Work = distribution.Deterministic()
	}
	return Marks{
		mix: l.Models, distribution: l.Work, models: l.Stream("model", entity), works: l.Stream("work", entity),
		items: l.Items, counts: l.Stream("items", entity),
	}, nil
}

// Model draws a model.
func (m *Marks) Model() fleet.ModelID { return m.mix.Draw(m.models) }

// NextWork draws a work.
func (m *Marks) NextWork() float64 { return m.distribution.Work(m.works) }

// NextItems draws the items of a request, in the form of fleet.Request.Items.
func (m *Marks) NextItems() float32 { return m.items.draw(m.counts) }

// ItemsOf multiplies a recorded number of items by the factor of the lane. Both numbers have the
// form of fleet.Request.Items.
func (m *Marks) ItemsOf(recorded float32) float32 { return m.items.of(recorded) }
